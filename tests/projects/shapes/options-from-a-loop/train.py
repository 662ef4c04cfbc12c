import argparse
import pickle

DEFAULTS = {"dropout": 0.5, "momentum": 0.9}


def add_options(parser):
    for name, default in (("width", 16), ("depth", 2)):
        parser.add_argument(f"--{name}", type=int, default=default, help="how much of it")
    group = parser.add_argument_group("regularization")
    for key, value in DEFAULTS.items():
        group.add_argument("--" + key, type=float, default=value)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--gpu", action="store_true")
    where.add_argument("--cpu", action="store_true")
    parser.add_argument("--layers", type=int, nargs="*", default=[8, 8])
    parser.add_argument("--amp", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--names", action="append")
    return parser


if __name__ == "__main__":
    a = add_options(argparse.ArgumentParser()).parse_args()
    print(a.width, a.depth, a.dropout, a.momentum, a.layers, a.amp, a.names, a.cpu)
    print("loss:", 1 / a.width)
    with open("net.pkl", "wb") as file:
        pickle.dump(a.layers, file)
