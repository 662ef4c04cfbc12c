import lightgbm as lgb
import pandas as pd

frame = pd.DataFrame({"x": range(50), "y": range(50)})
booster = lgb.train({"objective": "regression"}, lgb.Dataset(frame[["x"]], frame["y"]), num_boost_round=5)
booster.save_model("booster.txt")
