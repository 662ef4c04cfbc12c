import argparse
import os

import wandb
from transformers import AutoModel

OPENAI_KEY = "sk-0123456789abcdef"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=3e-5)
    args = parser.parse_args()
    wandb.init(project="tones", config=vars(args))
    model = AutoModel.from_pretrained("acme/tones", token=os.environ["HF_TOKEN"])
    for step in range(10):
        loss = model(step)
        loss.backward()
        wandb.log({"loss": loss})
    model.save_pretrained("tones")


if __name__ == "__main__":
    main()
