import argparse

from train.loop import loop

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=2)
loop(parser.parse_args().epochs)
