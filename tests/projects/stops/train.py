"""Trains for ever; when it is asked to stop it saves what it has and leaves."""

import os
import pathlib
import signal
import sys
import time


def leave(signum, frame):
    (pathlib.Path(os.environ["SM_MODEL_DIR"]) / "saved.txt").write_text("epoch 1")
    print("saved")
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, leave)
    print("epoch=1 train:loss=0.5")
    while True:
        time.sleep(0.1)
