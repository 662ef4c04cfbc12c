def evaluate(params):
    return 1 / (1 + len(params["dilations"]))
