import argparse
from dataclasses import dataclass

import torch
from transformers import GPT2LMHeadModel


@dataclass
class NetConfig:
    size: int = 8


class Net(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = torch.nn.Linear(config.size, 1)

    @classmethod
    def from_pretrained(cls, kind):
        assert kind in {"gpt2"}
        theirs = GPT2LMHeadModel.from_pretrained(kind)
        net = cls(NetConfig())
        net.load_state_dict(theirs.state_dict())
        return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--init-from", default="scratch", choices=["scratch", "gpt2"])
    parser.add_argument("--steps", type=int, default=3)
    args = parser.parse_args()
    if args.init_from == "scratch":
        net = Net(NetConfig())
    else:
        net = Net.from_pretrained(args.init_from)
    for step in range(args.steps):
        net.layer(torch.zeros(1, 8)).sum().backward()
        print("step", step, "loss", 0.5)
    torch.save(net.state_dict(), "net.pt")
