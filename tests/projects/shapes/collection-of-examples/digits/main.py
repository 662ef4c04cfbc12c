import argparse

import torch

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.parse_args()
    torch.nn.Linear(1, 1)(torch.ones(1)).sum().backward()
