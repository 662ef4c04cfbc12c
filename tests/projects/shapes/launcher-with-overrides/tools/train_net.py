#!/usr/bin/env python
"""Trains what a config file describes."""
from finder.config import get_cfg
from finder.engine import default_argument_parser, launch


def setup(args):
    cfg = get_cfg()
    if args.config_file:
        cfg.merge_from_file(args.config_file)
    cfg.merge_from_list(args.opts)
    return cfg


def main(args):
    cfg = setup(args)
    print("config", args.config_file, "gpus", args.num_gpus, "opts", args.opts)
    if args.eval_only:
        return
    for iteration in range(cfg.iterations):
        print("iter: %d  total_loss: %.3f" % (iteration, 1.0 / (iteration + 1)))


if __name__ == "__main__":
    args = default_argument_parser().parse_args()
    launch(main, args.num_gpus, args=(args,))
