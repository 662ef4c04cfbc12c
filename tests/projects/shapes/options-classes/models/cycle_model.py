import os

import torch


class CycleModel:
    @staticmethod
    def modify_commandline_options(parser, is_train=True):
        parser.set_defaults(no_dropout=True)
        if is_train:
            parser.add_argument('--lambda_A', type=float, default=10.0)
        return parser

    def __init__(self, opt):
        self.opt = opt
        self.loss = 1.0
        if opt.isTrain and opt.continue_train:
            torch.load(os.path.join(opt.checkpoints_dir, opt.name, 'latest_net.pth'))

    def optimize_parameters(self, pair):
        self.loss /= 2

    def save_networks(self, epoch):
        torch.save({}, os.path.join(self.opt.checkpoints_dir, self.opt.name, '%s_net.pth' % epoch))
