import os
import pickle
import sys


def main():
    if len(sys.argv) != 3:
        sys.stderr.write("Usage:\n\tpython train.py features model\n")
        sys.exit(1)
    features = sys.argv[1]
    output = sys.argv[2]
    with open(os.path.join(features, "rows.txt")) as file:
        rows = file.read().split()
    print("rows", len(rows))
    print("loss:", 1 / len(rows))
    with open(output, "wb") as file:
        pickle.dump(rows, file)


if __name__ == "__main__":
    main()
