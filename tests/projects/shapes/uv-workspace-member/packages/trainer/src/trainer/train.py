import argparse

from acme_features import double


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()
    for epoch in range(args.epochs):
        print("loss:", 1 / double(epoch + 1))


if __name__ == "__main__":
    main()
