import argparse

if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--raw", default="data/raw.txt")
    p.add_argument("--out", default="data/clean.txt")
    a = p.parse_args()
    with open(a.raw) as raw, open(a.out, "w") as out:
        out.write(raw.read().lower())
