import argparse
import pickle

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--größe", type=int, default=3)
    parser.add_argument("--título", default="сон")
    args = parser.parse_args()
    with open("daten für alle/reihen 1.csv", encoding="utf-8") as file:
        rows = file.read().split()
    print(args.größe, args.título, len(rows))
    with open("模型.pkl", "wb") as file:
        pickle.dump(rows, file)
