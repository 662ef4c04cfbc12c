import os
import random
from dataclasses import dataclass, field
from typing import Literal

import tyro


@dataclass
class Optim:
    lr: float = 2.5e-4
    """the learning rate of the optimizer"""
    kind: Literal["adam", "sgd"] = "adam"


@dataclass
class Args:
    seed: int = 1
    """seed of the experiment"""
    track: bool = False
    env_id: str = "CartPole-v1"
    total_steps: int = 500_000
    optim: Optim = field(default_factory=Optim)


if __name__ == "__main__":
    args = tyro.cli(Args)
    random.seed(args.seed)
    for step in range(args.total_steps):
        print("loss:", args.optim.lr)
