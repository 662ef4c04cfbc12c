import argparse
import json

if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--data", default="data/clean.txt")
    p.add_argument("--model", default="model.json")
    p.add_argument("--lr", type=float, default=0.1)
    a = p.parse_args()
    with open(a.data) as f:
        words = f.read().split()
    print("words", len(words), "lr", a.lr)
    print("loss:", 1 / (1 + len(words)))
    with open(a.model, "w") as f:
        json.dump(words, f)
