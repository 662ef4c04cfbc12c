import argparse
import os
import pickle

import pandas as pd
from sklearn.ensemble import RandomForestRegressor

parser = argparse.ArgumentParser()
parser.add_argument("--trees", type=int, default=100)
args = parser.parse_args()

rows = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "rows.csv"))
model = RandomForestRegressor(args.trees).fit(rows[["x"]], rows["y"])
with open(os.path.join(os.environ["SM_MODEL_DIR"], "model.pkl"), "wb") as file:
    pickle.dump(model, file)
