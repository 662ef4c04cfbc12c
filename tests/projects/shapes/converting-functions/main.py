import argparse
import json

from tools import positive, sizes, str2bool


def parse_args():
    desc = "a network that is light or not"
    parser = argparse.ArgumentParser(description=desc)
    parser.add_argument('--phase', type=str, default='train', choices=('train', 'test'), help='[train / test]')
    parser.add_argument('--light', type=str2bool, default=False, help='[full version / light version]')
    parser.add_argument('--sizes', type=sizes, default='8,8')
    parser.add_argument('--rate', type=positive, default=0.1)
    return check_args(parser.parse_args())


def check_args(args):
    assert args.rate > 0
    return args


def main():
    args = parse_args()
    print(args.light, args.sizes, args.rate, args.phase)
    with open('net.json', 'w') as file:
        json.dump(args.sizes, file)


if __name__ == '__main__':
    main()
