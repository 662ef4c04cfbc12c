import os
import pickle
import sys


def main():
    source, target = sys.argv[1], sys.argv[2]
    os.makedirs(target, exist_ok=True)
    with open(os.path.join(source, "train.tsv")) as fd:
        rows = fd.read().split()
    with open(os.path.join(target, "train.pkl"), "wb") as fd:
        pickle.dump(rows, fd)


if __name__ == "__main__":
    main()
