#!/usr/bin/env python
import csv
import json
import os
import sys
import traceback

prefix = '/opt/ml/'
input_path = prefix + 'input/data'
output_path = os.path.join(prefix, 'output')
model_path = os.path.join(prefix, 'model')
param_path = os.path.join(prefix, 'input/config/hyperparameters.json')
channel_name = 'training'
training_path = os.path.join(input_path, channel_name)


def train():
    with open(param_path, 'r') as tc:
        hps = json.load(tc)
    trees = int(hps.get('trees', 10))
    depth = hps['depth'] if 'depth' in hps else None
    rows = []
    for name in os.listdir(training_path):
        with open(os.path.join(training_path, name)) as file:
            rows += list(csv.reader(file))
    with open(os.path.join(model_path, 'model.json'), 'w') as out:
        json.dump({'rows': len(rows), 'trees': trees, 'depth': depth}, out)
    print('Training complete.')


if __name__ == '__main__':
    try:
        train()
        sys.exit(0)
    except Exception as e:
        with open(os.path.join(output_path, 'failure'), 'w') as s:
            s.write('Exception during training: ' + str(e) + '\n' + traceback.format_exc())
        sys.exit(255)
