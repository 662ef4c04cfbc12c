import argparse

import torch

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    args = parser.parse_args()
    for epoch in range(args.epochs):
        loss = torch.nn.Linear(1, 1)(torch.ones(1)).sum()
        loss.backward()
    torch.save({}, "south.pt")
