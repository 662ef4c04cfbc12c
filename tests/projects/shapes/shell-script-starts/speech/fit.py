import argparse
import json

parser = argparse.ArgumentParser()
parser.add_argument("--manifest", default="data/manifest.txt")
parser.add_argument("--batch", type=int, default=8)


def main():
    args = parser.parse_args()
    with open(args.manifest) as file:
        lines = file.readlines()
    print("loss:", 1 / len(lines))
    with open("speech.json", "w") as file:
        json.dump({}, file)


if __name__ == "__main__":
    main()
