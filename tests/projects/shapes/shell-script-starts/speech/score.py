import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--hypotheses", default="out.txt")


def main():
    print(parser.parse_args())


if __name__ == "__main__":
    main()
