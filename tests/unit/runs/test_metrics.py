"""Metrics from lines."""

from __future__ import annotations

import math
from datetime import datetime, timezone

import pytest

from skylift.emulator.metrics import FinalMetrics
from skylift.errors import ConfigError
from skylift.runs.chosen import direction, objective
from skylift.runs.metrics import MetricReader
from skylift.runs.points import Point
from skylift.runs.summary import summary
from skylift.values.directions import smaller_is_better
from skylift.values.printed import Printed, escape, unescape
from skylift.values.record import Record

NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)


def read(line: str, **patterns: str) -> dict[str, float]:
    return {point.name: point.value for point in MetricReader(patterns).read(line)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("epoch=1 train:loss=0.4321 validation:auc=0.71", {"train:loss": 0.4321, "validation:auc": 0.71}),
        ("loss=-1.5e-05", {"loss": -1.5e-05}),
        ("loss=3.", {"loss": 3.0}),
        ("val_loss=0.5 loss=0.4", {"val_loss": 0.5, "loss": 0.4}),
        ("auc=0.9, acc=1", {"auc": 0.9, "acc": 1.0}),
        ("#011loss=0.5#015", {"loss": 0.5}),
        ("lr=1e-3", {"lr": 0.001}),
        ("path=/data/x v=1.2.3 when=12:30", {}),
        ("  (fc1): Linear(in_features=320, out_features=50, bias=True)", {}),
        ("  (0-3): 4 x Dropout(p=0.5, inplace=False)", {}),
        ("set the environment variable `TF_ENABLE_ONEDNN_OPTS=0`.", {}),
        ("TrainOutput(loss=0.25)", {"loss": 0.25}),
        ("https://example.com/?a=1b", {}),
        ("", {}),
    ],
)
def test_pairs(line: str, expected: dict[str, float]) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.",
        "Error merging override trainer.max_epochs=2.5",
        "OMP_NUM_THREADS=1 CUDA_VISIBLE_DEVICES=0",
        "omegaconf.errors.ValidationError: Value '2.5' of lr=2.5 could not be converted",
        "ValueError: expected k=3",
        "+ python train.py lr=0.1",
        "$ torchrun --nproc-per-node=2 train.py",
    ],
)
def test_what_is_said_of_variables_overrides_and_errors_is_no_metric(line: str) -> None:
    assert read(line) == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("error=0.5 VAL_LOSS=0.25 AUC=1", {"error": 0.5, "VAL_LOSS": 0.25, "AUC": 1.0}),
        ("val.loss=0.5", {"val.loss": 0.5}),
        ("python_loss=0.5", {"python_loss": 0.5}),
    ],
)
def test_metrics_with_names_alike_are(line: str, expected: dict[str, float]) -> None:
    assert read(line) == expected


def test_the_step_is_read_from_the_same_line() -> None:
    assert MetricReader({}).read("step=12 loss=1") == [Point("loss", 1.0, 12)]
    assert MetricReader({}).read("loss=1") == [Point("loss", 1.0, None)]


def test_not_a_number_is_a_value() -> None:
    assert math.isnan(read("loss=nan")["loss"])


def test_own_patterns_come_first() -> None:
    assert read("val_auc: 0.7 auc=0.1", auc=r"val_auc: ([0-9.]+)") == {"auc": 0.7}


def test_patterns_that_can_not_work_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        MetricReader({"a": "([0-9", "b": "no group"})
    assert len(caught.value.issues) == 2


def test_best_goes_the_metrics_own_way() -> None:
    points = [
        Point("loss", 3.0, 1),
        Point("loss", 1.0, 2),
        Point("loss", 2.0, 3),
        Point("auc", 0.5, 1),
        Point("lr", 1, 1),
    ]
    assert summary(points) == {
        "last": {"loss": 2.0, "auc": 0.5, "lr": 1},
        "best": {"loss": {"value": 1.0, "step": 2}, "auc": {"value": 0.5, "step": 1}},
    }


def test_what_the_config_says_goes_before_the_name() -> None:
    said = {"goals": {"loss": "max", "auc": "none", "score2": "min"}, "objective": "score2"}
    points = [Point(name, value, None) for value in (2.0, 1.0) for name in ("loss", "auc", "score2", "acc")]
    found = summary(points, said)
    assert {name: best["value"] for name, best in found["best"].items()} == {
        "loss": 2.0,
        "score2": 1.0,
        "acc": 2.0,
    }
    record = Record({"Skylift": {"metrics": found}})
    assert [direction(record, name) for name in ("loss", "auc", "score2", "acc")] == [
        False,
        None,
        True,
        False,
    ]
    assert objective(record) == "score2"


@pytest.mark.parametrize("said", [None, {}, {"goals": None}, {"goals": [1]}, {"goals": {"loss": 3}}])
def test_a_record_that_says_no_goals_goes_by_the_names(said: object) -> None:
    record = Record({"Skylift": {"metrics": said}})
    assert direction(record, "loss") is True
    assert objective(record) == ""


def test_a_last_value_that_json_can_not_hold_is_null() -> None:
    assert summary([Point("loss", 1.0, 1), Point("loss", math.nan, 2)])["last"] == {"loss": None}


SMALLER = """
    loss val_loss validation:loss train-logloss valLoss valloss error err_rate top1_error mse MSE val_mae log_loss logLoss
    mlogloss perplexity wer eval_cer fid fid_score inertia eer brier_score nll negative_log_likelihood fpr
    false_positive_rate word_error_rate train/loss_epoch loss/train accuracy_loss cross_entropy valid_0:l2 bestTestLoss
"""
LARGER = """
    accuracy acc1 top1 acc@5 val_acc valAcc testacc validation:auc AUC auc_mu ROC-AUC f1 F1Score f1_macro precision
    recall@10 mAP map50 mAP50-95 ndcg@10 r2 bleu rouge1 rougeL mIoU dice best_score psnr ssim episode_reward return
    log_likelihood neg_mean_squared_error neg_log_loss error_free_accuracy explained_variance true_positive_rate
"""
NEITHER = """
    temperature lr closs lossless accumulate accelerate learning_rate epoch grad_norm loss_scale loss_weight error_type
    throughput mapper score_fn reward_std 123 _ ü
"""


@pytest.mark.parametrize(
    ("names", "said"), [(SMALLER, "min"), (LARGER, "max"), (NEITHER, "none")], ids=["min", "max", "none"]
)
def test_direction_by_the_words_of_a_name(names: str, said: str) -> None:
    way = {True: "min", False: "max", None: "none"}
    assert {name: way[smaller_is_better(name)] for name in names.split()} == dict.fromkeys(
        names.split(), said
    )


def test_a_pattern_whose_number_is_not_there_reads_nothing() -> None:
    assert read("foo", x="loss=([0-9.]+)|foo") == {}


def test_a_line_of_digits_takes_no_time() -> None:
    assert read("loss=" + "1" * 60_000 + "x") == {}


BAR = "".join(
    f"\r{step:4d}/400 |{'#' * 20}| loss={1 - step / 1000:.3f}, auc: {step / 1000}" for step in range(401)
)


@pytest.mark.parametrize(
    ("line", "pattern", "value"),
    [
        ("[9]\tvalidation-auc:0.75", r"#011validation-auc:(\S+)", 0.75),
        ("\rauc: 0.1\rauc: 0.2\rauc: 0.9", r"auc: (\S+)", 0.9),
        ("auc: 0.1\rauc: 0.9\r", r"auc: (\S+)", 0.9),
        ("\x1b[1mauc: 0.1 auc: 0.9 \x1b[0m", r"auc: (\S+)", 0.9),
        ("auc: 0.4 auc: good", r"auc: (\S+)", 0.4),
        ("auc: 0.4\rauc: nan", r"auc: (\S+)", 0.4),
        (BAR, r"auc: (\S+)", 0.4),
        ("INFO:root:auc: 0.5", r"INFO:root:auc: (\S+)", 0.5),
    ],
)
def test_the_record_and_the_service_read_the_same(line: str, pattern: str, value: float) -> None:
    reader, service = MetricReader({"auc": pattern}), FinalMetrics([{"Name": "auc", "Regex": pattern}])
    printed = Printed(NOON, "algo-1", line.encode() + b"\n")
    service.read(printed)
    assert [found["Value"] for found in service.listed()] == [value]
    for points in (reader.find(printed), reader.read(line), reader.read(escape(line))):
        assert [point.value for point in points if point.name == "auc"] == [value]
    assert service.warnings() == []


@pytest.mark.parametrize("pattern", [r"\tauc:(\S+)", r"#011auc:(\S+)"])
def test_own_patterns_are_for_what_was_printed_or_for_what_is_stored(pattern: str) -> None:
    assert read("[1]\tauc:0.5", auc=pattern) == {"auc": 0.5}
    assert read("[1]#011auc:0.5", auc=pattern) == {"auc": 0.5}


def test_of_a_progress_bar_the_last_value_counts() -> None:
    assert len(BAR) > 15_000
    assert read(BAR) == {"loss": 0.6, "auc": 0.4}
    assert MetricReader({}).read("\rstep=1 loss=3\rstep=2 loss=2\r") == [Point("loss", 2.0, 2)]


def test_both_ends_of_a_long_line_are_looked_at() -> None:
    assert read("auc=0.5 " + "x " * 40_000 + "loss=0.25") == {"auc": 0.5, "loss": 0.25}


def test_many_lines_are_read_as_each_of_them() -> None:
    lines = [
        "loss=1",
        "",
        "x" * 100,
        "a=b c==1",
        "\tepoch=2 auc=.5",
        "INFO:root:loss=2",
        "loss= 3",
        "acc=inf",
        "v: 7",
    ]
    for end in (b"", b"\n"):
        printed = Printed(NOON, "algo-1", "\n".join(lines).encode() + end)
        for own in ({}, {"v": r"v: (\d)"}):
            one_by_one = MetricReader(own)
            assert MetricReader(own).find(printed) == [
                point for line in lines for point in one_by_one.read(line)
            ]
    everything = Printed(NOON, "algo-1", "\n".join(lines).encode())
    assert [point.value for point in MetricReader({}).find(everything)] == [1.0, 0.5, 2.0, 3.0, math.inf]


def test_every_control_character_is_spelled_and_read_back() -> None:
    every = "".join(map(chr, [*range(32), 127]))
    assert escape(every).count("#") == 33
    assert unescape(escape(every)) == every
    assert unescape("#40 #999 #0119") == "#40 #999 \t9"
