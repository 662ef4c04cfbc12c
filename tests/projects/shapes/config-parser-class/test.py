import argparse
from parse_config import ConfigParser


def main(config):
    print('accuracy', 1.0)


if __name__ == '__main__':
    args = argparse.ArgumentParser(description='a template')
    args.add_argument('-c', '--config', default=None, type=str)
    args.add_argument('-r', '--resume', default=None, type=str)
    args.add_argument('-d', '--device', default=None, type=str)
    config = ConfigParser.from_args(args)
    main(config)
