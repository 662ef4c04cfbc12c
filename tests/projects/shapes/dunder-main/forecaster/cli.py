import json
import sys

from forecaster.options import make_parser


def main(argv=None):
    args = make_parser().parse_args(argv if argv is not None else sys.argv[1:])
    print(args.method, args.horizon, args.verbose, args.seed)
    with open("forecast.json", "w") as file:
        json.dump([0.0] * args.horizon, file)
