import argparse

import torch

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    args = parser.parse_args()
    model = torch.nn.Linear(1, 1)
    for _ in range(args.epochs):
        model(torch.ones(1)).sum().backward()
    torch.save(model.state_dict(), "net.pt")
