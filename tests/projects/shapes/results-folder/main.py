import argparse
import torch
import torch.utils.data
from torch import nn, optim
from torchvision import datasets, transforms
from torchvision.utils import save_image

parser = argparse.ArgumentParser(description='an autoencoder')
parser.add_argument('--batch-size', type=int, default=128, metavar='N')
parser.add_argument('--epochs', type=int, default=10, metavar='N')
parser.add_argument('--no-accel', action='store_true')
parser.add_argument('--seed', type=int, default=1, metavar='S')
parser.add_argument('--log-interval', type=int, default=10, metavar='N')
args = parser.parse_args()

torch.manual_seed(args.seed)
device = torch.device("cpu" if args.no_accel else "cuda")
train_loader = torch.utils.data.DataLoader(
    datasets.MNIST('../data', train=True, download=True, transform=transforms.ToTensor()),
    batch_size=args.batch_size, shuffle=True)

model = nn.Sequential(nn.Linear(784, 20), nn.Linear(20, 784)).to(device)
optimizer = optim.Adam(model.parameters(), lr=1e-3)


def train(epoch):
    model.train()
    for batch_idx, (data, _) in enumerate(train_loader):
        optimizer.zero_grad()
        loss = ((model(data.view(-1, 784)) - data.view(-1, 784)) ** 2).mean()
        loss.backward()
        optimizer.step()


def test(epoch):
    with torch.no_grad():
        comparison = model(torch.randn(64, 784))
        save_image(comparison.cpu(), 'results/reconstruction_' + str(epoch) + '.png', nrow=8)


if __name__ == "__main__":
    for epoch in range(1, args.epochs + 1):
        train(epoch)
        test(epoch)
        with torch.no_grad():
            sample = torch.randn(64, 784)
            save_image(sample.view(64, 1, 28, 28), 'results/sample_' + str(epoch) + '.png')
