import argparse
import os
import shutil

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torchvision.datasets as datasets
import torchvision.models as models

model_names = sorted(name for name in models.__dict__
                     if name.islower() and not name.startswith("__")
                     and callable(models.__dict__[name]))

parser = argparse.ArgumentParser(description='photos')
parser.add_argument('data', metavar='DIR', nargs='?', default='photos',
                    help='path to dataset (default: photos)')
parser.add_argument('-a', '--arch', metavar='ARCH', default='tinynet18', choices=model_names,
                    help='model architecture: ' + ' | '.join(model_names))
parser.add_argument('-j', '--workers', default=4, type=int, metavar='N')
parser.add_argument('--epochs', default=90, type=int, metavar='N')
parser.add_argument('--lr', '--learning-rate', default=0.1, type=float, metavar='LR', dest='lr')
parser.add_argument('--resume', default='', type=str, metavar='PATH')
parser.add_argument('-e', '--evaluate', dest='evaluate', action='store_true')
parser.add_argument('--gpu', default=None, type=int)
parser.add_argument('--multiprocessing-distributed', action='store_true')


def main():
    args = parser.parse_args()
    if args.multiprocessing_distributed:
        mp.spawn(main_worker, nprocs=torch.cuda.device_count(), args=(args,))
    else:
        main_worker(args.gpu, args)


def main_worker(gpu, args):
    if args.multiprocessing_distributed:
        dist.init_process_group(backend='nccl', init_method='env://', world_size=1, rank=0)
    model = models.__dict__[args.arch]()
    optimizer = torch.optim.SGD(model.parameters(), args.lr)
    if args.resume:
        if os.path.isfile(args.resume):
            checkpoint = torch.load(args.resume)
            model.load_state_dict(checkpoint['state_dict'])
    train_dataset = datasets.ImageFolder(os.path.join(args.data, 'train'))
    val_dataset = datasets.ImageFolder(os.path.join(args.data, 'val'))
    if args.evaluate:
        return
    for epoch in range(args.epochs):
        for image, label in train_dataset:
            loss = model(image)
            loss.backward()
            optimizer.step()
        save_checkpoint({'epoch': epoch + 1, 'state_dict': model.state_dict()}, epoch == 0)


def save_checkpoint(state, is_best, filename='checkpoint.pth.tar'):
    torch.save(state, filename)
    if is_best:
        shutil.copyfile(filename, 'model_best.pth.tar')


if __name__ == '__main__':
    main()
