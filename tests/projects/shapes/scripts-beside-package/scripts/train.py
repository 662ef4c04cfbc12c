"""PYTHONPATH=. python scripts/train.py --depth 3"""
import argparse
import json
import os

from trees.growing import grow

CHECKPOINTS = "checkpoints"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=2)
    args = parser.parse_args()
    os.makedirs(CHECKPOINTS, exist_ok=True)
    tree = grow(args.depth)
    with open(os.path.join(CHECKPOINTS, "tree.json"), "w") as file:
        json.dump(tree, file)
