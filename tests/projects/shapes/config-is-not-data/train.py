import argparse
import json
import os

from evaluate import evaluate

NAMES = ("speech", "music")


def get_arguments():
    parser = argparse.ArgumentParser(description="sounds")
    parser.add_argument("--params", type=str, default="./wave_params.json", help="JSON file with the network parameters.")
    parser.add_argument("--dataset", type=str, default="speech", help="name of the dataset")
    parser.add_argument("--logdir", type=str, default="./logdir", help="Directory in which to store the logging information")
    return parser.parse_args()


def main():
    args = get_arguments()
    assert args.dataset in NAMES
    with open(args.params, "r") as f:
        params = json.load(f)
    print("dilations", len(params["dilations"]), "of", args.dataset)
    os.makedirs(args.logdir, exist_ok=True)
    print("loss:", evaluate(params))
    with open(os.path.join(args.logdir, "model.ckpt"), "w") as f:
        json.dump(params, f)


if __name__ == "__main__":
    main()
