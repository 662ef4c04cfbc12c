import os

import lightgbm as lgb

num_leaves = int(os.environ.get("NUM_LEAVES", 31))
learning_rate = float(os.getenv("LEARNING_RATE", "0.1"))

dataset = lgb.Dataset("data/rows.csv")
booster = lgb.train({"num_leaves": num_leaves, "learning_rate": learning_rate}, dataset)
booster.save_model("lgbm.txt")
