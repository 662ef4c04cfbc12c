import json
import os

from config import *
import network

with open(DATA_FILE) as file:
    rows = file.read().split()
print("rate", LEARNING_RATE, "rows", len(rows))
for epoch in range(EPOCHS):
    print("epoch %d loss %.3f" % (epoch, network.step(epoch)))
os.makedirs(SAVE_DIR, exist_ok=True)
with open(os.path.join(SAVE_DIR, "weights.json"), "w") as file:
    json.dump(rows, file)
