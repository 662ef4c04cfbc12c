"""Pipes, views and unpacked models, from the config to ``skylift pull``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.places import Place
from tests.functional.project.folder import Folder

LOCAL = Place("local", {})
CONFIG = """
name = "modes"
entry-point = "train.py"

[channels]
stream = { local = "data", mode = "Pipe", record-wrapper = "RecordIO" }
view = { local = "data", mode = "FastFile" }

[targets.local]
output-compression = "NONE"
"""
TRAIN = """
import os, pathlib, sys

with open(os.environ["SM_CHANNEL_STREAM"] + "_0", "rb") as stream:
    print("records", stream.read())
print("view", sorted(path.name for path in pathlib.Path(os.environ["SM_CHANNEL_VIEW"]).iterdir()))
if "nothing" not in sys.argv:
    model = pathlib.Path(os.environ["SM_MODEL_DIR"])
    (model / "steps").mkdir()
    (model / "steps" / "it's, ü\\n").write_text("weights")
    (model / "best").symlink_to("steps/it's, ü\\n")
    pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "report").write_text("fine")
"""


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    folder = Folder(weird_tmp_path / "project")
    folder.write("skylift.toml", CONFIG)
    folder.write("train.py", TRAIN)
    folder.write('data/it\'s "odd"', "1")
    return weird_tmp_path / "project"


def test_a_project_reads_pipes_and_leaves_plain_files(project: Path) -> None:
    record = LOCAL.run(project)
    artifacts = project / ".skylift" / "runs" / record.name / "artifacts"
    log = (artifacts.parent / "log").read_text()
    assert r"records b'\n#\xd7\xce\x01\x00\x00\x001\x00\x00\x00'" in log
    assert """view ['it\\'s "odd"']""" in log
    assert record.at("InputDataConfig[].InputMode") == ["Pipe", "FastFile"]
    assert record.at("ModelArtifacts.S3ModelArtifacts") == f"{(artifacts / 'model').as_uri()}/"
    assert (artifacts / "data" / "report").read_text() == "fine"

    assert LOCAL.skylift(project, "pull").strip() == str(artifacts / "model")
    pulled = json.loads(LOCAL.skylift(project, "pull", "--json", "-o", "my model"))
    assert pulled["files"] == ["best", "steps/it's, ü\n"]
    assert (project / "my model" / "best").read_text() == "weights"
    # A copy: to change it changes nothing of the run.
    (project / "my model" / "best").write_text("mine")
    assert (artifacts / "model" / "best").read_text() == "weights"
    LOCAL.skylift(project, "pull", "-o", "my model", expect=2)


def test_a_model_with_nothing_in_it_is_told_however_often_one_asks(project: Path) -> None:
    name = LOCAL.skylift(project, "run", "--", "nothing").splitlines()[0]
    for more in ((), ("-o", "out"), ()):
        LOCAL.skylift(project, "pull", name, *more, expect=3)
    assert not (project / "out").exists()
    assert (project / ".skylift" / "runs" / name / "artifacts" / "model").is_dir()


@pytest.mark.parametrize(
    "script",
    [
        'open(os.environ["SM_CHANNEL_STREAM"] + "/rows.csv")',
        'for _ in range(2): open(os.environ["SM_CHANNEL_STREAM"] + "_0", "rb").read()',
    ],
    ids=["as-a-folder", "twice"],
)
def test_a_script_that_takes_a_pipe_for_something_else_is_told(project: Path, script: str) -> None:
    (project / "train.py").write_text(f"import os\n{script}\n")
    record = LOCAL.run(project, expect=4)
    assert "the channel `stream` is in Pipe mode: read `stream_0` to its end, once" in record.failure_reason


@pytest.mark.parametrize("compression", ["NONE", "GZIP"])
def test_a_run_without_a_model_ends_with_that(project: Path, compression: str) -> None:
    config = project / "skylift.toml"
    config.write_text(config.read_text().replace('"NONE"', f'"{compression}"'))
    command = [sys.executable, "-m", "skylift", "run", "--", "nothing"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    # In the log, and in the last lines.
    assert "skylift: no model: nothing was written to SM_MODEL_DIR" in done.stderr
    assert "  model    none\n" in done.stderr
    assert "model.tar.gz" not in done.stderr


def test_a_run_that_leaves_only_an_output_says_so_and_gives_it(project: Path) -> None:
    script = (
        "import os\nwith open(os.environ['SM_OUTPUT_DATA_DIR'] + '/scores.txt', 'w') as f: f.write('1')\n"
    )
    (project / "train.py").write_text(script)
    command = [sys.executable, "-m", "skylift", "run"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "skylift: no model" not in done.stderr
    assert f"skylift pull {done.stdout.strip()[-4:]} output" in done.stderr
    shown = LOCAL.skylift(project, "show", "@last")
    (output,) = (line.split()[1] for line in shown.splitlines() if line.startswith("output "))
    assert output in done.stderr
    assert ["model", "none"] in [line.split() for line in shown.splitlines()]
    LOCAL.skylift(project, "pull", "@last", expect=3)
    assert json.loads(LOCAL.skylift(project, "pull", "@last", "output", "--json"))["files"] == ["scores.txt"]
    assert LOCAL.skylift(project, "pull", "@last", "output", "-o", "there").strip() == "there"
    assert (project / "there/scores.txt").read_text() == "1"
