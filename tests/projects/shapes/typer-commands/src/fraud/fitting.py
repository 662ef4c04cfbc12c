import lightgbm as lgb


def fit(data, *, epochs, lr, amp, optimizer, tags):
    booster = lgb.train({"learning_rate": lr}, lgb.Dataset(str(data)), num_boost_round=epochs)
    booster.save_model("fraud.txt")
