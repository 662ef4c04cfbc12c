import json
import os
from argparse import ArgumentParser, Namespace

from ranking.config import Config


def parse_args() -> Namespace:
    parser = ArgumentParser("ranking")
    parser.add_argument("--job-dir", help="Base output path for all experiments", required=True)
    parser.add_argument("--run-id", help="Name of this run to be recorded", required=True)
    parser.add_argument("--config-file-name", required=True, type=str, help="Name of json file with config")
    return parser.parse_args()


def run():
    args = parse_args()
    results = os.path.join(args.job_dir, "results", args.run_id)
    os.makedirs(results, exist_ok=True)
    config = Config.from_json(args.config_file_name)
    with open(os.path.join(config.data["path"], "train.txt")) as lists:
        count = len(lists.readlines())
    print("lists", count, "loss", config.loss)
    print("Epoch : 0 Train loss: 0.5 ndcg=0.7")
    with open(os.path.join(results, "model.pkl"), "w") as model:
        json.dump({"loss": config.loss}, model)


if __name__ == "__main__":
    run()
