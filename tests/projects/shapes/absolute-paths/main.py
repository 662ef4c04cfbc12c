import argparse
import json
import os

RESULTS = '/home/maria/results'

parser = argparse.ArgumentParser()
parser.add_argument('--root', default='/data/photos', help='where the photos are')
parser.add_argument('--epochs', type=int, default=1)

if __name__ == '__main__':
    args = parser.parse_args()
    names = os.listdir(args.root)
    for epoch in range(args.epochs):
        print('loss:', 1 / (len(names) + epoch))
    with open(os.path.join(RESULTS, 'result.json'), 'w') as file:
        json.dump(names, file)
