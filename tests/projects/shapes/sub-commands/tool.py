import argparse
import json


def train(args):
    print("training", args.config, args.epochs, args.verbose)
    for epoch in range(args.epochs):
        print("epoch", epoch, "loss=%.2f" % (1 / (epoch + 1)))
    with open("net.json", "w") as file:
        json.dump({}, file)


def export(args):
    print("exporting", args.format)


def main():
    parser = argparse.ArgumentParser(description="fits and exports")
    parser.add_argument("--config", default="base.json")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--verbose", action="store_true")
    subparsers = parser.add_subparsers(dest="command", required=True)
    fitting = subparsers.add_parser("train", parents=[common], help="fit a model")
    fitting.add_argument("--epochs", type=int, default=2)
    fitting.set_defaults(func=train)
    exporting = subparsers.add_parser("export", parents=[common])
    exporting.add_argument("--format", choices=["onnx", "script"], default="onnx")
    exporting.set_defaults(func=export)
    args = parser.parse_args()
    args.func(args)


if __name__ == "__main__":
    main()
