"""What is read from lines without a pattern, and what is not."""

from __future__ import annotations

import math
from datetime import datetime, timezone

import pytest

from skylift.runs.metrics import MetricReader
from skylift.runs.metrics.names import Kind, kind
from skylift.runs.points import Point
from skylift.values.printed import Printed

NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)


def read(*lines: str, **patterns: str) -> list[tuple[str, float, int | None]]:
    reader = MetricReader(patterns)
    return [(point.name, point.value, point.step) for line in lines for point in reader.read(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("val_loss: 0.51", [("val_loss", 0.51, None)]),
        ("Epoch 3/10 | Train Loss: 0.31 | Val Acc: 91.2%", [("train_loss", 0.31, 3), ("val_acc", 91.2, 3)]),
        (
            "Test set: Average loss: 0.0421, Accuracy: 9860/10000 (99%)",
            [("average_loss", 0.0421, None), ("accuracy", 99.0, None)],
        ),
        ("[12]\tvalidation-auc:0.71\ttrain-logloss:0.5", [("validation:auc", 0.71, 12), ("train:logloss", 0.5, 12)]),
        ("[12]#011validation-auc:0.71", [("validation:auc", 0.71, 12)]),
        ("[3]\ttrain-auc:0.9+0.01\ttest-auc:0.8+0.02", [("train:auc", 0.9, 3), ("test:auc", 0.8, 3)]),
        (
            "[10]\ttraining's auc: 0.9\tvalid_1's binary_logloss: 0.3",
            [("training:auc", 0.9, 10), ("valid_1:binary_logloss", 0.3, 10)],
        ),
        ("12:\tlearn: 0.5\ttest: 0.4\tbest: 0.4 (11)\ttotal: 1s\tremaining: 2s", [("learn", 0.5, 12), ("test", 0.4, 12)]),
        ("{'loss': '0.41', 'learning_rate': 5e-05, 'epoch': '0.5'}", [("loss", 0.41, None), ("learning_rate", 5e-05, None)]),
        ("epoch 0: {'accuracy': 0.8, 'f1': 0.86}", [("accuracy", 0.8, 0), ("f1", 0.86, 0)]),
        ('{"step": 1500, "val": {"loss": 0.5}, "metrics": {"lr": 0.1}}', [("val:loss", 0.5, 1500), ("lr", 0.1, 1500)]),
        ("step 1,500 loss: 1,234.5", [("loss", 1234.5, 1500)]),
        ("global_step=300 epoch=2 loss=0.5", [("loss", 0.5, 300)]),
        ("2024-03-05 10:14:01,123 INFO trainer: epoch 2 loss=-1.5e-05", [("loss", -1.5e-05, 2)]),
        ("Epoch [2/5], Step [100/600], Loss: 0.3", [("loss", 0.3, 2)]),
        ("final test accuracy = 0.9", [("final_test_accuracy", 0.9, None)]),
        ("loss: \x1b[32m0.5\x1b[0m", [("loss", 0.5, None)]),
        ("mAP: 0.36", [("map", 0.36, None)]),
        ("loss: tensor(0.25, grad_fn=<Mean>)", [("loss", 0.25, None)]),
        (" * Acc@1 71.3 Acc@5 90.1", [("test:acc@1", 71.3, None), ("test:acc@5", 90.1, None)]),
        ("loss_weight: 0.5 loss: inf", [("loss", math.inf, None)]),
    ],
)  # fmt: skip
def test_read(line: str, expected: list[tuple[str, float, int | None]]) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Namespace(lr=0.1, loss=0.5, batch_size=32)",
        "{'lr': 0.1, 'batch_size': 32, 'loss_weight': 0.5, 'seed': 42}",
        "lr=0.1 batch_size=32 epochs=10",
        "LogisticRegression(C=0.1, max_iter=100, tol=0.001)",
        "AdamW(lr=0.001, betas=(0.9, 0.999), weight_decay=0.01)",
        "score_threshold: 0.5",
        "accuracy-target: 0.9",
        "patience: 3, min_delta: 0.001",
        "time: 12.5 eta: 0:12:33 memory: 5023 data_time: 0.01",
        "50%|█████     | 8/16 [00:00<00:00, 233.72it/s, v_num=0]",
        "eval_runtime=3.5 eval_samples_per_second=120.5",
        "Serving on http://127.0.0.1:8080/?lr=0.1&loss=0.5",
        "Saved to /data/epoch=3-val_loss=0.25.ckpt",
        'File "/code/train.py", line 12, in <module>',
        "    return accuracy = 0.5 * loss",
        "ValueError: loss: 0.5 is not finite",
        "/code/train.py:12: UserWarning: loss: 0.5 is low",
        "HEAD is now at 1a2b3c4 train: loss 0.3121 after 5 epochs",
        "the loss 0.3 of these epochs is low",
        "score 10 points",
        "precision: 16",
        "error: 13",
        "Accuracy: 9/10",
        "loss: 0.5s",
        "loss: 2024-03-05",
        "loss: 12:30:01",
        "loss: 1.2.3",
        "shape: (32, 10) params: 1,234,567",
        "wandb:   loss 0.3121",
        "Requirement already satisfied: loss=0.5",
        "    lr: 0.001",
        "K=3 n=5",
        "x: 3.5",
    ],
)
def test_not_read(line: str) -> None:
    assert read(line) == []


def test_val_loss_is_never_loss() -> None:
    for form in ("{}: {}", "{}={}", "'{}': {}", "{} = {}", '"{}":{}', "{} -> {}", "{} {}", "{}:{}"):
        line = " ".join(form.format(name, value) for name, value in (("val_loss", 0.5), ("loss", 0.4)))
        assert read(line) == [("val_loss", 0.5, None), ("loss", 0.4, None)]
        assert read(form.format("val_loss", 0.5)) == [("val_loss", 0.5, None)]


def test_a_heading_says_the_step_of_what_is_below() -> None:
    assert read("Epoch 3/10", "loss: 0.5", "Epoch 4/10", "loss: 0.4") == [("loss", 0.5, 3), ("loss", 0.4, 4)]
    assert read("best epoch: 3", "loss: 0.5") == [("loss", 0.5, None)]


DONE = "8/8 [==============================] - 0s 5ms/step - loss: {}"


@pytest.mark.parametrize(
    "between", [(), ("Epoch 1: early stopping",), ("Restoring model weights from epoch 1.",)]
)
def test_what_keras_evaluates_is_no_value_of_training(between: tuple[str, ...]) -> None:
    assert read("Epoch 1/1", DONE.format(0.5), *between, DONE.format(0.4)) == [
        ("loss", 0.5, 1),
        ("evaluate:loss", 0.4, None),
    ]


def test_what_keras_fits_again_is_training_again() -> None:
    lines = ["Epoch 1/1", DONE.format(0.5), DONE.format(0.4), "Epoch 1/1", DONE.format(0.3)]
    assert read(*lines)[-1] == ("loss", 0.3, 1)


def test_where_nothing_was_fitted_nothing_is_known_of_what_is_evaluated() -> None:
    assert read(DONE.format(0.5)) == [("loss", 0.5, None)]


@pytest.mark.parametrize(
    ("line", "name", "step"),
    [
        ("Best val loss: 0.5 at epoch 2", "best_val_loss", 2),
        ("Best val acc 0.5 (epoch 3)", "best_val_acc", 3),
        ("Lowest loss: 0.5 in epoch 4", "lowest_loss", 4),
    ],
)
def test_the_epoch_of_the_best_is_of_nothing_else(line: str, name: str, step: int) -> None:
    found = read("Epoch 9 loss: 0.1", line, "Test loss: 0.3")
    assert found[1][1:] == (0.5, step)
    assert found[1][0] == name
    assert found[2] == ("test_loss", 0.3, 9)


def test_a_loop_over_other_data_is_not_of_training() -> None:
    lines = [
        "Epoch: [0][1/9]\tLoss 3.5 (3.5)\tAcc@1 1.5 (1.5)",
        "Test: [1/3]\tTime 0.1 (0.1)\tLoss 2.5 (2.5)\tAcc@1 4.5 (4.5)",
        " *   Acc@1 5.5 Acc@5 9.5",
    ]
    assert [(name, value) for name, value, _ in read(*lines)] == [
        ("loss", 3.5),
        ("acc@1", 1.5),
        ("test:loss", 2.5),
        ("test:acc@1", 4.5),
        ("test:acc@1", 5.5),
        ("test:acc@5", 9.5),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Accuracy of the model on the test set: 54 %", {"test_accuracy": 54.0}),
        ("Epoch 3: ROC-AUC: 0.9", {"roc_auc": 0.9}),
        ("Test Mean Absolute Error (MAE): 3.5", {"test_mae": 3.5}),
        ("R-squared: 0.5", {"r2": 0.5}),
        ("the test loss was 0.25", {"test_loss": 0.25}),
        ("Accuracy of class plane: 60 %", {}),
        ("Accuracy on train and test: 0.5", {}),
        ("AUC over 3 folds 2", {}),
        ("the loss is 0.5 higher than before", {}),
        ("support=300", {}),
        ("precision_score(average=macro) = 3", {}),
    ],
)
def test_phrases_are_read_where_every_word_is_known(line: str, expected: dict[str, float]) -> None:
    assert {name: value for name, value, _ in read(line)} == expected


def test_a_long_line_of_words_takes_no_time() -> None:
    assert read("accuracy (a) on the " * 20_000) == []
    assert read("| " * 20_000, "epoch," * 20_000, "1," * 20_000) == []


def test_a_table_ends() -> None:
    assert read("epoch,loss", "1,0.5", *["and on"] * 200, "2,0.4") == [("loss", 0.5, 1)]
    assert read("| metric | value |", "| loss | 0.5 |", *["and on"] * 9, "| loss | 0.4 |") == [
        ("loss", 0.5, None)
    ]


def test_each_host_is_at_its_own_step() -> None:
    reader = MetricReader({})
    for host, epoch in (("algo-1", 1), ("algo-2", 2)):
        assert reader.read(f"Epoch {epoch}/9", host) == []
    for host, epoch in (("algo-1", 1), ("algo-2", 2)):
        assert reader.find(Printed(NOON, host, b"loss: 0.5\n")) == [Point("loss", 0.5, epoch)]


def test_epochs_that_are_not_whole_are_no_steps() -> None:
    line = "{{'loss': 0.5, 'epoch': {}}}"
    assert [step for _, _, step in read(line.format(0.5), line.format(1.0))] == [None, None]
    assert read("{'eval_loss': 0.5, 'epoch': 1.0}") == [("eval_loss", 0.5, 1)]


def test_a_bar_keeps_each_epoch_and_repeats_nothing() -> None:
    bar = "Epoch {}: 100%|███| 9/9 [00:00<00:00, 9.1it/s, loss={}, val_loss={}]"
    line = "\r".join([bar.format(0, 3, 2), bar.format(1, 2.5, 2), bar.format(1, 2.5, 1)])
    assert read(line, bar.format(1, 2.5, 1)) == [
        ("loss", 3.0, 0),
        ("val_loss", 2.0, 0),
        ("loss", 2.5, 1),
        ("val_loss", 1.0, 1),
    ]


def test_columns_are_read_below_their_names() -> None:
    table = ["epoch     train_loss  valid_loss  time    ", "0         0.9         nan         00:01     "]
    rows = [("train_loss", 0.9, 0), ("valid_loss", math.nan, 0)]
    assert str(read(*table, "Better model found", "1  2")) == str(rows)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "epoch 1 train: loss 0.5 acc 0.6 | val: loss 0.7 acc 0.4",
            {"train:loss": 0.5, "train:acc": 0.6, "val:loss": 0.7, "val:acc": 0.4},
        ),
        ("[Val] loss: 0.7, acc: 0.4", {"val:loss": 0.7, "val:acc": 0.4}),
        ("Epoch 5 - val - loss: 0.7 - acc: 0.4", {"val:loss": 0.7, "val:acc": 0.4}),
        ("test: {'loss': 0.7, 'f1': 0.4}", {"test:loss": 0.7, "test:f1": 0.4}),
        ("val Loss: 0.7 Acc: 0.4", {"val_loss": 0.7, "val_acc": 0.4}),
        (
            "Train Loss: 0.5, Acc: 0.6, Val Loss: 0.7, Acc: 0.4",
            {"train_loss": 0.5, "train_acc": 0.6, "val_loss": 0.7, "val_acc": 0.4},
        ),
        ("Epoch 1 [Val]: 100%|██| 8/8 [00:01<00:00, loss=0.7]", {"val:loss": 0.7}),
        ("valid | epoch 001 | loss 0.7 | ppl 18.1", {"valid:loss": 0.7, "valid:ppl": 18.1}),
        # What is of no part for certain keeps its name.
        (
            "Train Loss: 0.5, Val Loss: 0.7, Accuracy: 0.4",
            {"train_loss": 0.5, "val_loss": 0.7, "accuracy": 0.4},
        ),
        ("Val Acc: 0.4, loss: 0.5", {"val_acc": 0.4, "loss": 0.5}),
        ("train: 3 files, loss 0.5", {"loss": 0.5}),
        ("val: loss=0.7 lr=0.1", {"val:loss": 0.7, "lr": 0.1}),
        ("val_loss=0.7 loss=0.5", {"val_loss": 0.7, "loss": 0.5}),
    ],
)
def test_a_measure_is_of_the_part_that_the_line_speaks_of(line: str, expected: dict[str, float]) -> None:
    assert {name: value for name, value, _ in read(line)} == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"metric": "loss", "value": 0.5, "step": 3}', [("loss", 0.5, 3)]),
        ('{"ts": "12:00", "step": 7, "name": "val/acc", "value": 0.9}', [("val/acc", 0.9, 7)]),
        ('{"name": "epoch_time", "value": 3.5}', []),
    ],
)
def test_a_metric_that_is_named_beside_its_value(
    line: str, expected: list[tuple[str, float, int | None]]
) -> None:
    assert read(line) == expected


def test_what_an_own_pattern_finds_is_not_read_twice() -> None:
    assert read("Val Acc: 0.7, loss: 0.5", top=r"Acc: ([0-9.]+)") == [("loss", 0.5, None), ("top", 0.7, None)]
    assert read("[1]\ttrain-auc:0.7", auc=r"#011train-auc:(\S+)") == [("auc", 0.7, 1)]


@pytest.mark.parametrize(
    "line",
    [
        "loss" + " " * 100_000 + "0.5",
        "epoch " * 20_000,
        "[1]\ta-b:1" + " a -" * 1000,
        "[1]\t" + "a's " * 1000 + ": 1",
        "{'a': " * 700 + "0.5",
        "\x1b[" * 2000 + "loss: 1",
        "loss: " + "1," * 2000,
        "step: " + "9" * 4000 + " loss: 1e999",
        "epoch 1e999 " + "9" * 4000 + ": loss",
        "\b" * 100_000,
        "'" * 4000 + ": 0.5",
        "a." * 2000 + "Error",
        "│" * 2000 + "a" * 2000,
        "loss: \ud800",
        "\r".join(f"{step}%|█| {step}/9 [, loss={step}]" for step in range(50_000)),
    ],
    ids=range(15),
)
@pytest.mark.timeout(10)
def test_no_line_takes_long(line: str) -> None:
    printed = Printed(NOON, "algo-1", line.encode(errors="surrogatepass") + b"\xff\n")
    for point in (*read(line), *MetricReader({}).find(printed)):
        assert point


def test_names_are_plain() -> None:
    assert read("{'loss': 0.5, 'ev\x07il': 1, '\x1b[2Jx': 2, '" + "x" * 200 + "': 3}") == [
        ("loss", 0.5, None),
        ("x", 2.0, None),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("closs", Kind.OTHER),
        ("lossless", Kind.OTHER),
        ("BinaryAccuracy", Kind.MEASURE),
        ("train_loss_epoch", Kind.MEASURE),
        ("loss_fn", Kind.SETTING),
        ("max_mem", Kind.COUNT),
        ("train", Kind.COUNT),
    ],
)
def test_names_are_judged_by_their_words(name: str, expected: Kind) -> None:
    assert kind(name) is expected
