"""A disk that is full, for the folder that runs are kept in: a small one of its own, in a mount namespace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout

from skylift.values.record import Record

ALONE = ["unshare", "--user", "--map-root-user", "--mount"]
_MOUNT = "mkdir -p .skylift && mount -t tmpfs -o size=3m tmpfs .skylift && "
FILLS_THE_MODEL = """
import os
with open(os.environ["SM_MODEL_DIR"] + "/m", "wb") as stream:
    while True:
        stream.write(os.urandom(1 << 16))
"""
FILLS_THE_LOG = "while True: print('x' * 1000)\n"


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no user namespaces here: a small disk can not be made")
    return checkout(PROJECTS / "stops", weird_tmp_path)


def on_a_small_disk(project: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's script, in which ``$SKYLIFT`` is a command, where ``.skylift`` has 3 MB."""
    command = [*ALONE, "sh", "-c", _MOUNT + 'skylift() { "$0" -m skylift "$@"; };' + script, sys.executable]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("source", [FILLS_THE_MODEL, FILLS_THE_LOG], ids=["model", "log"])
def test_a_job_that_fills_it_ends_with_a_whole_record(project: Path, source: str) -> None:
    (project / "train.py").write_text(source)
    done = on_a_small_disk(
        project, "skylift run -q >/dev/null; echo $?; skylift show --json; ls -A .skylift/runs/*"
    )
    code, _, rest = done.stdout.partition("\n")
    assert code == "4", done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    shown, end = json.JSONDecoder().raw_decode(rest)
    record = Record(shown)
    assert record.status == "Failed"
    assert "No space left on device" in record.failure_reason
    assert record.at("SecondaryStatusTransitions[].Status")[-1] == "Failed"
    files = rest[end:].split()
    assert ".reserve" not in files
    assert [name for name in files if name.endswith((".tmp", ".part"))] == []


def test_a_run_that_finds_it_full_does_not_begin(project: Path) -> None:
    fill = "mkdir -p .skylift/runs; head -c 4M /dev/zero > .skylift/fill 2>/dev/null; "
    done = on_a_small_disk(project, fill + "skylift run -q; echo $?; ls -A .skylift/runs")
    assert done.stdout.split() == ["3"]
    assert "no space left on device" in done.stderr
    assert "make room" in done.stderr


def test_what_can_not_be_given_its_end_now_is_given_it_later(project: Path) -> None:
    (project / "train.py").write_text("import time\nprint('ready', flush=True)\ntime.sleep(600)\n")
    script = """
    name=$(skylift run -q --detach); folder=.skylift/runs/$name
    until grep -q ready "$folder/log" && [ -s "$folder/process.json" ]; do sleep 0.1; done
    head -c 4M /dev/zero > .skylift/fill 2>/dev/null
    kill -9 $(sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p' "$folder/supervisor.json")
    # What is cleared away first would make room.
    sleep 0.5; rm -rf "$folder/.reserve" "$folder/.ml.scratch" "$folder/process.json"; head -c 4M /dev/zero > .skylift/more 2>/dev/null
    skylift runs | tail -n 1
    rm .skylift/fill .skylift/more
    skylift runs | tail -n 1
    """
    done = on_a_small_disk(project, script)
    first, then = done.stdout.splitlines()
    assert "Training" in first, done.stderr
    assert "Failed" in then, done.stderr
