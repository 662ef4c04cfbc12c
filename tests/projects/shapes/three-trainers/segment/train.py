import argparse

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--mask-ratio', type=int, default=4)
    parser.parse_args()
