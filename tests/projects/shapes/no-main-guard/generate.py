import argparse
import torch

parser = argparse.ArgumentParser(description='writes a tale')
parser.add_argument('--checkpoint', type=str, default='./model.pt')
parser.add_argument('--outf', type=str, default='generated.txt')
args = parser.parse_args()

with open(args.checkpoint, 'rb') as f:
    model = torch.load(f)
with open(args.outf, 'w') as outf:
    outf.write('once upon a time')
