import argparse
import json

if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--model", default="model.json")
    p.add_argument("--data", default="data/clean.txt")
    a = p.parse_args()
    with open(a.model) as f:
        print("accuracy:", len(json.load(f)))
