"""Logs of real frameworks are read as they must be, and nothing is read from others."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from tests.metric_corpus import Log, logs, of_reader
from tools.metrics_corpus import PAGE, page

from skylift.runs.metrics import MetricReader
from skylift.values.printed import Printed, escape

NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)
CORPUS = logs()
FRAMEWORKS = [
    "keras",
    "lightning",
    "transformers",
    "accelerate",
    "xgboost",
    "lightgbm",
    "catboost",
    "scikit-learn",
    "fastai",
    "skorch",
    "timm",
    "ultralytics",
]


def test_the_corpus_is_there() -> None:
    names = [log.name for log in CORPUS]
    assert [name for name in FRAMEWORKS if not any(log.startswith(name) for log in names)] == []
    assert sum(name.startswith("nothing-") for name in names) >= 8
    assert all(log.rows for log in CORPUS if not log.name.startswith("nothing-"))


@pytest.mark.parametrize("log", CORPUS, ids=lambda log: log.name)
def test_what_is_read_is_what_must_be(log: Log) -> None:
    score = of_reader(log)
    assert (score.right, score.wrong, score.missed) == (len(log.rows), 0, 0)


@pytest.mark.parametrize("log", CORPUS, ids=lambda log: log.name)
def test_it_does_not_matter_where_a_log_is_cut_or_how_it_is_kept(log: Log) -> None:
    whole = [str(point) for point in log.read()]
    assert [str(point) for point in log.read(chunk=1)] == whole
    assert [str(point) for point in log.read(chunk=300)] == whole
    for lines in (log.lines, [escape(line) for line in log.lines]):
        reader = MetricReader({})
        assert [str(point) for line in lines for point in reader.read(line)] == whole


def test_a_line_that_is_read_is_looked_at() -> None:
    lines = {line for log in CORPUS for line in log.lines}
    for line in lines:
        printed = Printed(NOON, "algo-1", line.encode())
        assert [str(point) for point in MetricReader({}).find(printed)] == [
            str(point) for point in MetricReader({}).read(line)
        ], line


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text() == page(CORPUS)
