"""The service would find in the logs of real frameworks what our record has of them."""

from __future__ import annotations

import math
from datetime import datetime, timezone

import pytest
from tests.metric_corpus import Log, logs

from skylift.emulator.metrics import FinalMetrics
from skylift.runs.definitions import definitions
from skylift.runs.metrics import MetricReader
from skylift.runs.points import Point
from skylift.runs.summary import Summary
from skylift.values.patterns import outside_common
from skylift.values.printed import Printed, escape
from skylift.values.record import Record

NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)
CORPUS = [log for log in logs() if log.rows]
TABLES = (
    "fastai",
    "ultralytics",
    "scikit-learn",
    "skorch",
    "lightning-2.6-tqdm-one-line",
    "json-lines",
    "tables-with-lines",
    "timm",
    "torch-imagenet",
    "phrases",
)
"""Of these most names stand in the head of a table, or are made of two, or of a phrase."""


def seen(log: Log) -> tuple[list[Point], dict[str, str], dict[str, float]]:
    """What is read from a log, the definitions that follow, and what they find in the service's copy of it."""
    printed = Printed(NOON, "algo-1", log.data)
    points = MetricReader({}).find(printed)
    summary = Summary()
    summary.add(points)
    summary.forms.learn(summary.forms.wants(points), printed.lines())
    record = Record({"TrainingJobName": log.name, "Skylift": {"metrics": summary.as_json()}})
    patterns = dict(definitions({}, record).patterns)
    final = FinalMetrics([{"Name": name, "Regex": pattern} for name, pattern in patterns.items()])
    final.read(Printed(NOON, "algo-1", "\n".join(map(escape, log.lines)).encode()))
    return points, patterns, {row["MetricName"]: row["Value"] for row in final.listed()}


@pytest.mark.parametrize("log", CORPUS, ids=[log.name for log in CORPUS])
def test_a_definition_finds_values_of_its_own_metric_only(log: Log) -> None:
    points, patterns, found = seen(log)
    for name, value in found.items():
        # In a table the same number may have more digits, and a share of hundred is told as that.
        assert any(
            # What Keras evaluates at the end is spelled as what it trains on.
            point.name in (name, f"evaluate:{name}")
            and (math.isclose(value, point.value, rel_tol=0.01) or math.isclose(value, 100 * point.value))
            for point in points
        ), (name, value, patterns[name])
    assert not any(map(outside_common, patterns.values()))
    if not log.name.startswith(TABLES):
        names = {point.name for point in points if math.isfinite(point.value)}
        names = {name for name in names if not name.startswith("evaluate:")}
        assert len(found) >= 0.6 * min(len(names), 40), names - found.keys()
