"""Saves a checkpoint and waits; started again with the checkpoint, it ends."""

import os
import pathlib
import time

BASE = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))

if __name__ == "__main__":
    model, checkpoint = pathlib.Path(os.environ["SM_MODEL_DIR"]), BASE / "checkpoints" / "epoch"
    print("found", sorted(path.name for path in model.iterdir()), checkpoint.exists(), flush=True)
    if not checkpoint.exists():
        checkpoint.write_text("1")
        (model / "half.txt").write_text("half")
        print("saved", flush=True)
        time.sleep(600)
    (model / "whole.txt").write_text("whole")
