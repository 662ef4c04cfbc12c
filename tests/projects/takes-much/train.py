"""Takes more than a request can hold, and tells what came."""

import argparse
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--note", default="")
for number in range(150):
    parser.add_argument("--p%d" % number)
given = {name: value for name, value in vars(parser.parse_args()).items() if value}

config = os.path.join(os.environ["SM_INPUT_CONFIG_DIR"], "hyperparameters.json")
with open(config) as stream:
    found = json.load(stream)
variables = {name: os.environ["SM_HP_" + name.upper()] for name in given}
with open(os.path.join(os.environ["SM_MODEL_DIR"], "seen.json"), "w") as stream:
    json.dump(
        {"given": given, "file": found, "variables": variables, "channels": os.environ["SM_CHANNELS"]}, stream
    )
