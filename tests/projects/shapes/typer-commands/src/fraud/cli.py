from enum import Enum
from pathlib import Path
from typing import Annotated, List, Optional

import typer

app = typer.Typer(help="Fraud models.", no_args_is_help=True)


class Optimizer(str, Enum):
    adam = "adam"
    sgd = "sgd"


@app.command()
def train(
    data: Annotated[Path, typer.Argument(help="A parquet file.")],
    epochs: Annotated[int, typer.Option("--epochs", "-e", min=1)] = 5,
    lr: float = typer.Option(0.001, help="Learning rate."),
    amp: bool = False,
    optimizer: Optimizer = Optimizer.adam,
    tags: Optional[List[str]] = typer.Option(None),
) -> None:
    """Train a model."""
    from fraud.fitting import fit

    fit(data, epochs=epochs, lr=lr, amp=amp, optimizer=optimizer.value, tags=tags)


@app.command("evaluate")
def evaluate_model(model_path: Path = typer.Option(...)) -> None:
    """Evaluate a model."""
    print(model_path)


if __name__ == "__main__":
    app()
