import argparse
import os

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel as DDP


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--save-every", type=int, default=2)
    args = parser.parse_args()
    dist.init_process_group("gloo")
    rank = int(os.environ["LOCAL_RANK"])
    model = DDP(torch.nn.Linear(2, 1))
    for epoch in range(args.epochs):
        model(torch.zeros(1, 2)).sum().backward()
        if rank == 0 and epoch % args.save_every == 0:
            torch.save(model.state_dict(), "snapshot.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
