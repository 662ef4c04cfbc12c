"""Succeeds, and tells what it saw of the contract."""

import argparse
import json
import os
import pathlib


def seen():
    config = pathlib.Path(os.environ["SM_INPUT_CONFIG_DIR"])
    channels = {
        name: os.environ["SM_CHANNEL_" + name.upper()] for name in json.loads(os.environ["SM_CHANNELS"])
    }
    return {
        "files": {path.name: json.loads(path.read_text()) for path in sorted(config.glob("*.json"))},
        "channels": {
            name: {
                str(path.relative_to(folder)): path.read_text()
                for path in sorted(pathlib.Path(folder).rglob("*"))
                if path.is_file()
            }
            for name, folder in channels.items()
        },
        "platform": sorted(
            name for name in os.environ if name.startswith("TRAINING_JOB_") or name == "AWS_REGION"
        ),
        "hyperparameters": json.loads(os.environ["SM_HPS"]),
        "work": sorted(os.listdir(".")),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--lr", type=float, default=0.5)
    parser.add_argument("--note", default="")
    parser.add_argument("--bold", action="store_true")
    args = parser.parse_args()
    for epoch in range(1, args.epochs + 1):
        print(
            "epoch=%d train:loss=%.3f validation:auc=%.3f"
            % (epoch, args.lr / epoch, 1 - args.lr / (epoch + 1))
        )
    model = pathlib.Path(os.environ["SM_MODEL_DIR"])
    (model / "model.json").write_text(json.dumps(vars(args), sort_keys=True))
    (pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "seen.json").write_text(json.dumps(seen()))
