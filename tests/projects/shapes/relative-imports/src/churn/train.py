import json
from argparse import ArgumentParser
from pathlib import Path

from .reading import rows


def main():
    parser = ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data-dir", type=Path, default=Path("data/raw"))
    args = parser.parse_args()
    found = rows(args.data_dir)
    print("rows", len(found))
    for number in range(args.rounds):
        print("round", number, "loss=%.3f" % (1 / (number + 1)))
    Path("churn.json").write_text(json.dumps({"rows": len(found)}))


if __name__ == "__main__":
    main()
