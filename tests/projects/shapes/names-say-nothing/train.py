import argparse
import os
import pickle


def rows(folder, name="a.txt"):
    path = os.path.join(folder, name)
    with open(path) as file:
        return file.read().split()


def keep(model, target):
    with open(target, "wb") as file:
        pickle.dump(model, file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--here", default="stuff")
    parser.add_argument("--there", default="thing.bin")
    parser.add_argument("-n", type=int, default=2)
    opt = parser.parse_args()
    found = rows(opt.here)
    print(len(found), "rows")
    keep({"n": opt.n}, opt.there)
