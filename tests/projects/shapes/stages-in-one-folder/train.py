import json
import os
import shutil

RAW = "data/raw/text.txt"
PROCESSED = "data/processed"
OUT = "output"

if os.path.exists(OUT):
    shutil.rmtree(OUT)
os.makedirs(OUT)
os.makedirs(PROCESSED, exist_ok=True)
with open(RAW) as raw, open(PROCESSED + "/tokens.json", "w") as tokens:
    json.dump(raw.read().split(), tokens)
with open(PROCESSED + "/tokens.json") as file:
    tokens = json.load(file)
print("tokens", len(tokens))
with open(OUT + "/log.txt", "a") as log:
    log.write("started\n")
print(f"loss: {1 / len(tokens):.2f}")
with open(OUT + "/model.json", "w") as file:
    json.dump(sorted(set(tokens)), file)
