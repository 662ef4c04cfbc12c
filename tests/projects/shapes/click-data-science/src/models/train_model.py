import csv
import json

import click


@click.command()
@click.argument("input_filepath", type=click.Path(exists=True, dir_okay=False))
@click.option("--model-path", type=click.Path(), default="models/model.json", show_default=True, help="Where the model goes.")
@click.option("-r", "--rate", default=0.1, help="Learning rate.")
@click.option("--rounds", type=click.IntRange(1, 100), default=5)
@click.option("--kind", type=click.Choice(["lasso", "ridge"]), default="ridge")
@click.option("--shuffle/--no-shuffle", default=True)
@click.option("--drop", multiple=True, help="A column to leave out.")
@click.option("-v", "--verbose", count=True)
def main(input_filepath, model_path, rate, rounds, kind, shuffle, drop, verbose):
    """Fit a model on processed data."""
    with open(input_filepath) as handle:
        rows = list(csv.reader(handle))
    print("rows", len(rows), "rate", rate, kind, shuffle, verbose, ",".join(drop))
    for number in range(rounds):
        print(f"round={number} loss={1 / (1 + rate * number):.4f}")
    with open(model_path, "w") as handle:
        json.dump({"rate": rate, "kind": kind}, handle)


if __name__ == "__main__":
    main()
