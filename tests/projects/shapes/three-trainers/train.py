"""Train on a dataset that a YAML file describes. Usage: python train.py --data tiny.yaml --weights small.pt"""
import argparse
import os
import sys
from pathlib import Path

import torch
import yaml

FILE = Path(__file__).resolve()
ROOT = FILE.parents[0]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))
ROOT = Path(os.path.relpath(ROOT, Path.cwd()))

LOCAL_RANK = int(os.getenv('LOCAL_RANK', -1))


def train(opt):
    save_dir = Path(opt.project) / 'exp'
    w = save_dir / 'weights'
    w.mkdir(parents=True, exist_ok=opt.exist_ok)
    with open(opt.data, errors='ignore') as f:
        data = yaml.safe_load(f)
    for epoch in range(opt.epochs):
        loss = torch.tensor(1.0 / (epoch + 1), requires_grad=True)
        loss.backward()
    torch.save({'names': data['names']}, w / 'best.pt')


def parse_opt(known=False):
    parser = argparse.ArgumentParser()
    parser.add_argument('--weights', type=str, default='small.pt', help='initial weights path')
    parser.add_argument('--data', type=str, default=ROOT / 'data/tiny.yaml', help='dataset.yaml path')
    parser.add_argument('--epochs', type=int, default=300)
    parser.add_argument('--batch-size', type=int, default=16, help='total batch size, -1 for autobatch')
    parser.add_argument('--rect', action='store_true', help='rectangular training')
    parser.add_argument('--resume', nargs='?', const=True, default=False, help='resume most recent training')
    parser.add_argument('--freeze', nargs='+', type=int, default=[0], help='Freeze layers: backbone=10, first3=0 1 2')
    parser.add_argument('--cache', type=str, nargs='?', const='ram', help='image --cache ram/disk')
    parser.add_argument('--optimizer', type=str, choices=['SGD', 'Adam', 'AdamW'], default='SGD')
    parser.add_argument('--project', default=ROOT / 'runs/train', help='save to project/name')
    parser.add_argument('--exist-ok', action='store_true')
    return parser.parse_known_args()[0] if known else parser.parse_args()


def main(opt):
    if LOCAL_RANK != -1:
        torch.distributed.init_process_group(backend='nccl')
    train(opt)


def run(**kwargs):
    # Usage: import train; train.run(data='tiny.yaml', epochs=1)
    opt = parse_opt(True)
    for k, v in kwargs.items():
        setattr(opt, k, v)
    main(opt)


if __name__ == '__main__':
    opt = parse_opt()
    main(opt)
