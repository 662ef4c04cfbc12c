import argparse

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", default="checkpoints/tree.json")
    parser.parse_args()
