import argparse


def shared():
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--verbose", action="store_true")
    parent.add_argument("--seed", type=int, default=0)
    return parent


def make_parser():
    parser = argparse.ArgumentParser("forecaster", parents=[shared()])
    group = parser.add_argument_group("model")
    group.add_argument("--horizon", type=int, default=7)
    group.add_argument("--method", choices=["naive", "seasonal"], default="naive")
    return parser
