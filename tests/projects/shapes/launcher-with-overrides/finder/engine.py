import argparse
import sys


def default_argument_parser(epilog=None):
    parser = argparse.ArgumentParser(
        epilog=epilog or f"Examples: {sys.argv[0]} --config-file cfg.yaml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config-file", default="", metavar="FILE", help="path to config file")
    parser.add_argument("--resume", action="store_true", help="Whether to attempt to resume")
    parser.add_argument("--eval-only", action="store_true", help="perform evaluation only")
    parser.add_argument("--num-gpus", type=int, default=1, help="number of gpus *per machine*")
    parser.add_argument("opts", help="Modify config options at the end", default=[], nargs=argparse.REMAINDER)
    return parser


def launch(main_func, num_gpus, args=()):
    main_func(*args)
