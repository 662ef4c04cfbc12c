"""Several hosts, a full disk and strict inputs, from the command line to the record."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.conformance.places import Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these need mount namespaces")
LOCAL, PAIR = Place("local", {}), Place("pair", {})
TRAIN = """
import json, os, sys
host = os.environ["SM_CURRENT_HOST"]
channel = os.environ["SM_CHANNEL_TRAIN"]
print(host, "has", sorted(os.listdir(channel)), "loss=0.5")
if "--fill" in sys.argv:
    with open(os.path.join(os.environ["SM_MODEL_DIR"], "model"), "wb") as stream:
        stream.write(bytes(50_000_000))
if "--cache" in sys.argv:
    open(os.path.join(channel, "cache"), "w").write("x")
if "--break" in sys.argv and host == "algo-2":
    raise ValueError("no rows")
open("/opt/ml/model/" + host, "w").write(host)
"""
CONFIG = """
name = "pair"
entry-point = "train.py"
python = "3.11"
[channels]
train = { local = "data", distribution = "ShardedByS3Key" }
[targets.pair]
backend = "local"
instance-count = 2
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "pair of 'hosts'"
    (folder / "data").mkdir(parents=True)
    for number in range(3):
        (folder / "data" / f"{number}.csv").write_text("1")
    (folder / "train.py").write_text(TRAIN)
    (folder / "skylift.toml").write_text(CONFIG)
    return folder


def test_two_hosts_share_the_data_and_their_models_are_one(project: Path) -> None:
    record = PAIR.run(project)
    assert record.status == "Completed"
    assert record.data["ResourceConfig"]["InstanceCount"] == 2
    log = PAIR.skylift(project, "logs", "@last")
    assert sorted(log.splitlines()) == [
        "[algo-1] algo-1 has ['0.csv', '2.csv'] loss=0.5",
        "[algo-2] algo-2 has ['1.csv'] loss=0.5",
    ]
    followed = PAIR.skylift(project, "logs", "-f", "@last")
    assert sorted(followed.splitlines()) == sorted(log.splitlines())
    assert record.at("Skylift.metrics.last") == {"loss": 0.5}
    PAIR.skylift(project, "pull", "@last", "--output", "into")
    assert sorted(path.name for path in (project / "into").iterdir()) == ["algo-1", "algo-2"]


def test_the_reason_is_that_of_the_host_that_failed(project: Path) -> None:
    record = PAIR.run(project, "--", "--break", expect=4)
    assert "ValueError: no rows (train.py:12)" in str(record.failure_reason)


def test_a_full_disk_is_told_though_nothing_can_be_written(project: Path) -> None:
    record = LOCAL.run(project, "--fail-disk", "1MB", "--", "--fill", expect=4)
    reason = str(record.failure_reason)
    assert "No space left on device" in reason
    assert "train.py:8" in reason
    assert "the disk is full (1.0 MB)" in reason


def test_a_job_may_write_into_its_channel_unless_that_is_forbidden(project: Path) -> None:
    before = sorted(path.name for path in (project / "data").iterdir())
    assert LOCAL.run(project, "--", "--cache").status == "Completed"
    record = LOCAL.run(project, "--strict-inputs", "--", "--cache", expect=4)
    assert "Read-only file system" in str(record.failure_reason)
    assert "channels are inputs" in str(record.failure_reason)
    assert sorted(path.name for path in (project / "data").iterdir()) == before
    intent = project / ".skylift" / "runs" / record.name / "intent.json"
    assert json.loads(intent.read_text())["strict_inputs"] is True
