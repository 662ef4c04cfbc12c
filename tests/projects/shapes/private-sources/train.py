import argparse

import acme_models

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    acme_models.fit(parser.parse_args().epochs)
