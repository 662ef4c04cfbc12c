"""System figures of a run here: kept beside the log, summed up in the record, seen by nobody who watches."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout
from tests.functional.flow.watching import LOCAL, folder

from skylift.host.clock import iso
from skylift.runs.abandoned import lost
from skylift.runs.figures import row
from skylift.values.run_folder import RunFolder
from skylift_runtime.contract import FIGURES_PREFIX

PRINTS = """
import os, sys, time
print("epoch=1 loss=0.5")
sys.stderr.write("\\r 10%")
sys.stderr.flush()
time.sleep(0.7)
sys.stderr.write("\\r100%")
os.write(1, b"\\nno end")
assert "SKYLIFT_FIGURES" not in os.environ
open(os.environ["SM_MODEL_DIR"] + "/m", "w").close()
"""
PRINTED = b"epoch=1 loss=0.5\n\r 10%\r100%\nno end"


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    found = checkout(PROJECTS / "stops", weird_tmp_path)
    (found / "train.py").write_text(PRINTS)
    return found


def test_they_are_kept_apart_from_the_log_and_summed_up(project: Path) -> None:
    record = LOCAL.run(project)
    run = folder(project, record.name)
    assert run.log.read_bytes() == PRINTED
    rows = [json.loads(line) for line in run.system.read_text().splitlines()]
    assert {one["host"] for one in rows} == {"algo-1"}
    figures = record.at("Skylift.system.hosts")["algo-1"]
    assert figures["samples"] == sum(one["n"] for one in rows) > 0
    assert 0 < figures["memory"]["max"] <= figures["memory"]["of"]
    assert figures["disk"]["free"] > 0
    assert record.at("Skylift.advice") == []
    assert record.at("Skylift.metrics.last") == {"loss": 0.5}
    for shown in (
        LOCAL.skylift(project, "logs", record.name),
        LOCAL.skylift(project, "logs", record.name, "--raw"),
    ):
        assert FIGURES_PREFIX not in shown


def test_they_can_be_switched_off(project: Path) -> None:
    with (project / "skylift.toml").open("a") as stream:
        stream.write("\n[system]\nfigures = false\n")
    record = LOCAL.run(project)
    run = folder(project, record.name)
    assert run.log.read_bytes() == PRINTED
    assert not run.system.exists()
    assert (record.at("Skylift.system"), record.at("Skylift.advice")) == ({}, [])


def test_a_run_whose_owner_died_has_what_there_was(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "x")
    run.path.mkdir()
    figures = {"s": 120.0, "n": 24, "mem": {"max": 63e9, "of": 64e9}}
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    run.system.write_text(row("algo-1", now, figures) + '{"host": "algo-1", "s": 12')
    record = lost(run, {"created": iso(now), "ours": {"backend": "local"}}, None, "gone")
    assert record.at("Skylift.system.hosts")["algo-1"]["seconds"] == 120.0
    assert record.at("Skylift.advice") == ["memory came within 10 % of its limit: 63.0 of 64.0 GB"]
