import os
import pickle

import hydra
from omegaconf import DictConfig
from sklearn.neural_network import MLPClassifier

from models.build import build


@hydra.main(version_base="1.3", config_path="../configs", config_name="train.yaml")
def main(cfg: DictConfig) -> None:
    with open(os.path.join(cfg.data.path, "rows.txt")) as file:
        rows = file.read().split()
    model = build(cfg.model)
    for epoch in range(cfg.trainer.max_epochs):
        model.partial_fit(rows, rows)
        print("epoch", epoch, "loss:", model.loss_)
    with open(os.path.join(cfg.paths.output_dir, "model.pkl"), "wb") as file:
        pickle.dump(model, file)


if __name__ == "__main__":
    main()
