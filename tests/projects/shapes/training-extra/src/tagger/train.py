import argparse

import numpy as np
import torch
from tqdm import tqdm


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    args = parser.parse_args()
    model = torch.nn.Linear(1, 1)
    for _ in tqdm(range(args.epochs)):
        model(torch.from_numpy(np.ones(1, dtype="float32"))).sum().backward()
    torch.save(model.state_dict(), "tagger.pt")


if __name__ == "__main__":
    main()
