import os
import pickle
import sys

import yaml
from sklearn.ensemble import RandomForestClassifier


def main():
    params = yaml.safe_load(open("params.yaml"))["train"]
    if len(sys.argv) != 3:
        sys.stderr.write("Usage:\n\tpython train.py features model\n")
        sys.exit(1)
    features, output = sys.argv[1], sys.argv[2]
    with open(os.path.join(features, "train.pkl"), "rb") as fd:
        matrix = pickle.load(fd)
    clf = RandomForestClassifier(n_estimators=params["n_est"])
    clf.fit(matrix, matrix)
    with open(output, "wb") as fd:
        pickle.dump(clf, fd)


if __name__ == "__main__":
    main()
