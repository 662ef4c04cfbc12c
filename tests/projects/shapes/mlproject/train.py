import os
import sys

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
from sklearn.linear_model import ElasticNet


if __name__ == "__main__":
    np.random.seed(40)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wine.csv")
    data = pd.read_csv(path)
    alpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
    l1_ratio = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
    with mlflow.start_run():
        lr = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42)
        lr.fit(data.drop(["quality"], axis=1), data[["quality"]])
        mlflow.log_param("alpha", alpha)
        mlflow.sklearn.log_model(lr, "model")
