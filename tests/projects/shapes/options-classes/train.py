import time

import torch

from options.train_options import TrainOptions
from models import create_model

if __name__ == '__main__':
    opt = TrainOptions().parse()   # get training options
    model = create_model(opt)
    for epoch in range(opt.n_epochs):
        start = time.time()
        with open(opt.dataroot + '/train.txt') as pairs:
            for pair in pairs:
                model.optimize_parameters(pair)
        print('epoch: %d, loss: %.3f' % (epoch, model.loss))
        model.save_networks(epoch)
