import argparse
import pickle

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=0.5)
    args = parser.parse_args()
    with open("../data/rows.txt") as file:
        rows = file.read().split()
    print("rows", len(rows), "rate", args.rate)
    with open("rows.pkl", "wb") as file:
        pickle.dump(rows, file)
