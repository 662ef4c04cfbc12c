import argparse

from ranker.model import fit


def main():
    parser = argparse.ArgumentParser("rank-train")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--eta", type=float, default=0.3)
    args = parser.parse_args()
    fit(args.rounds, args.eta)


if __name__ == "__main__":
    main()
