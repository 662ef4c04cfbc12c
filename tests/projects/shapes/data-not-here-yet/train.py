import argparse
import numpy as np
import torch
import torch.nn as nn
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--steps', type=int, default=15, help='steps to run')
    opt = parser.parse_args()
    np.random.seed(0)
    data = torch.load('waves.pt')
    seq = nn.LSTMCell(1, 51).double()
    optimizer = torch.optim.LBFGS(seq.parameters(), lr=0.8)
    for i in range(opt.steps):
        print('STEP: ', i)
        loss = (seq(data)[0] ** 2).mean()
        loss.backward()
        optimizer.step()
        print('loss:', loss.item())
        plt.figure(figsize=(30, 10))
        plt.savefig('predict%d.pdf' % i)
        plt.close()
