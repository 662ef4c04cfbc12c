import argparse
import collections
from parse_config import ConfigParser
from trainer import Trainer


def main(config):
    trainer = Trainer(config)
    trainer.train()


if __name__ == '__main__':
    args = argparse.ArgumentParser(description='a template')
    args.add_argument('-c', '--config', default='config.json', type=str, help='config file path')
    args.add_argument('-r', '--resume', default=None, type=str, help='path to latest checkpoint')
    args.add_argument('-d', '--device', default=None, type=str, help='indices of GPUs to enable')

    # options that change what the json file says
    CustomArgs = collections.namedtuple('CustomArgs', 'flags type target')
    options = [
        CustomArgs(['--lr', '--learning_rate'], type=float, target='optimizer;args;lr'),
        CustomArgs(['--bs', '--batch_size'], type=int, target='data_loader;args;batch_size')
    ]
    config = ConfigParser.from_args(args, options)
    main(config)
