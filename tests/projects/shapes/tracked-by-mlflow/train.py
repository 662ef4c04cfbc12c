import mlflow
import mlflow.sklearn
from sklearn.datasets import make_regression
from sklearn.linear_model import Ridge

if __name__ == "__main__":
    x, y = make_regression()
    with mlflow.start_run():
        model = Ridge().fit(x, y)
        mlflow.log_metric("r2", model.score(x, y))
        mlflow.sklearn.log_model(model, "model")
