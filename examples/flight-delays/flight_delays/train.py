"""Train on the flights of train/, report on those of validation/.

python -m flight_delays.train --epochs 5
"""

import argparse
import json
import os
import pickle
from pathlib import Path

# One thread adds up in one order: the same numbers on every machine. To be set before numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from flight_delays.data import Encoder, labels, read_flights
from flight_delays.model import Baseline, load_checkpoint, make_model, save_checkpoint, score

PATIENCE = 3


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    # Where things are
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN", "data/train"))
    parser.add_argument("--validation", default=os.environ.get("SM_CHANNEL_VALIDATION", "data/validation"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR", "model"))
    parser.add_argument("--output-data-dir", default=os.environ.get("SM_OUTPUT_DATA_DIR", "output"))
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    # Hyperparameters
    parser.add_argument("--epochs", type=int, default=10, help="passes over the training flights")
    parser.add_argument("--lr", type=float, default=0.002, help="learning rate")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--hidden", type=int, default=32, help="hidden units")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--early-stop", action="store_true", help="stop when three epochs brought nothing")
    return parser.parse_args()


def train(args):
    flights, unseen = read_flights(args.train), read_flights(args.validation)
    late, unseen_late = labels(flights), labels(unseen)
    print(f"{len(flights)} flights to learn from, {len(unseen)} to be judged by, {late.mean():.1%} late")

    encoder = Encoder().fit(flights)
    x, unseen_x = encoder.transform(flights), encoder.transform(unseen)
    baseline = score(unseen_late, Baseline().fit(flights, late).predict(unseen))

    settings = {"lr": args.lr, "batch_size": args.batch_size, "hidden": args.hidden, "seed": args.seed}
    state = load_checkpoint(args.checkpoint_dir, settings)
    if state:
        print(f"resuming after epoch {state['epoch']}")
    else:
        state = {"epoch": 0, "settings": settings, "model": make_model(**settings), "history": []}
    model, history = state["model"], state["history"]

    for epoch in range(state["epoch"] + 1, args.epochs + 1):
        model.partial_fit(x, late, classes=[0, 1])
        unseen_score = score(unseen_late, model.predict_proba(unseen_x)[:, 1])
        history.append({"epoch": epoch, "train_loss": model.loss_, **unseen_score})
        print(
            f"epoch={epoch} train:loss={model.loss_:.4f} validation:loss={unseen_score['loss']:.4f} "
            f"validation:auc={unseen_score['auc']:.4f} baseline:auc={baseline['auc']:.4f}",
            flush=True,
        )
        save_checkpoint(args.checkpoint_dir, epoch, state)
        if args.early_stop and no_gain(history):
            print(f"no gain in {PATIENCE} epochs, stopping")
            break
    probability = model.predict_proba(unseen_x)[:, 1]
    return {"encoder": encoder, "model": model}, {"baseline": baseline, "history": history}, probability


def no_gain(history):
    losses = [entry["loss"] for entry in history]
    return len(losses) > PATIENCE and min(losses[-PATIENCE:]) >= min(losses[:-PATIENCE])


def save(args, trained, metrics, probability):
    for folder in (args.model_dir, args.output_data_dir):
        Path(folder).mkdir(parents=True, exist_ok=True)
    with open(Path(args.model_dir, "model.pkl"), "wb") as file:
        pickle.dump(trained, file)
    Path(args.model_dir, "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    lines = [json.dumps({"late": round(float(p), 4)}) for p in probability]
    Path(args.output_data_dir, "predictions.ndjson").write_text("\n".join(lines) + "\n")
    print(f"saved {args.model_dir}/model.pkl")


if __name__ == "__main__":
    arguments = parse_args()
    save(arguments, *train(arguments))
