from pathlib import Path

import pandas as pd
import xgboost as xgb
import yaml

CONFIG = Path("config/params.yaml")
DATA = Path("data")


def main():
    params = yaml.safe_load(CONFIG.read_text())
    train = pd.read_csv(DATA / "train.csv")
    valid = pd.read_csv(DATA / "valid.csv")
    model = xgb.XGBRegressor(**params["model"])
    model.fit(train[["x"]], train["y"], eval_set=[(valid[["x"]], valid["y"])])
    Path("models").mkdir(exist_ok=True)
    model.save_model("models/booster.json")
    Path("reports").mkdir(exist_ok=True)
    pd.Series(model.feature_importances_).to_csv("reports/importance.csv")


if __name__ == "__main__":
    main()
