# coding: utf-8
import argparse
import math
import time
import torch
import torch.nn as nn
import torch.onnx

import data
import model

parser = argparse.ArgumentParser(description='a language model of tales')
parser.add_argument('--data', type=str, default='./data/tales', help='location of the data corpus')
parser.add_argument('--model', type=str, default='LSTM', help='type of network (RNN_TANH, LSTM, GRU)')
parser.add_argument('--emsize', type=int, default=200)
parser.add_argument('--lr', type=float, default=20)
parser.add_argument('--clip', type=float, default=0.25)
parser.add_argument('--epochs', type=int, default=40)
parser.add_argument('--tied', action='store_true', help='tie the word embedding and softmax weights')
parser.add_argument('--save', type=str, default='model.pt', help='path to save the final model')
parser.add_argument('--onnx-export', type=str, default='', help='path to export the final model in onnx format')
args = parser.parse_args()

corpus = data.Corpus(args.data)
net = model.RNNModel(args.model, len(corpus.dictionary), args.emsize, args.tied)
criterion = nn.NLLLoss()


def train():
    net.train()
    for batch in range(0, corpus.train.size(0) - 1):
        loss = criterion(net(corpus.train), corpus.train)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), args.clip)
        print('| loss {:5.2f} | ppl {:8.2f}'.format(loss, math.exp(loss)))


best = None
try:
    for epoch in range(1, args.epochs + 1):
        start = time.time()
        train()
        with open(args.save, 'wb') as f:
            torch.save(net, f)
except KeyboardInterrupt:
    print('Exiting from training early')

with open(args.save, 'rb') as f:
    net = torch.load(f)
if len(args.onnx_export) > 0:
    torch.onnx.export(net, torch.zeros(1), args.onnx_export)
