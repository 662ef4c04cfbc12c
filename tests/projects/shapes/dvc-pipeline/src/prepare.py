import os
import sys

import yaml


def main():
    params = yaml.safe_load(open("params.yaml"))["prepare"]
    if len(sys.argv) != 2:
        sys.exit(1)
    os.makedirs(os.path.join("data", "prepared"), exist_ok=True)
    with open(sys.argv[1]) as source, open(os.path.join("data", "prepared", "train.tsv"), "w") as target:
        target.write(source.read())


if __name__ == "__main__":
    main()
