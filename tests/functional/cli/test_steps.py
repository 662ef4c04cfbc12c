"""The steps before a job: a line each, and on a terminal the long ones in their place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.functional.cli.terminal import Window

STEPS = """
import sys
from skylift.cli.boundary import guarded
from skylift.cli.paint import settle
from skylift.cli.steps import Steps
from skylift.cli.talk import say
from skylift.values.progress import Progress as P
import click

@click.command()
@click.option("--fail", is_flag=True)
def command(fail):
    steps = Steps()
    steps(P("python", "/usr/bin/python3"))
    for done in range(0, 91, 30):
        steps(P("fetch", f"wheel-{done}\\x1b[2J.whl", done * 1_000_000, 90_000_000))
        if fail and done == 60:
            raise OSError(28, "no space left on device")
    for title in ("wheels", "code"):
        steps(P("layer", title, 0, 10))
        steps(P("layer", title, 10, 10))
    for done in (0, 1, 2):
        steps(P("push", "wheels", done * 10_000_000, 20_000_000))
    steps(P("data", "one of many", 10, 20_000))
    steps(P("data", "the last of many", 20_000, 20_000))
    say("done")

sys.exit(guarded(command, sys.argv[1:]))
"""
SUMS = [
    "  python  /usr/bin/python3",
    "   fetch  90.0 MB",
    "   layer  2 layers made",
    "    push  1 layer, 20.0 MB",
    "    data  20.0 kB sent",
    "done",
]
EACH = [
    "  python  /usr/bin/python3",
    "   fetch  wheel-90\\x1b[2J.whl (90.0 MB)",
    "   layer  wheels",
    "   layer  code",
    "    push  wheels (20.0 MB)",
    "    data  20.0 kB sent",
    "done",
]


@pytest.mark.parametrize("columns", [80, 20])
def test_on_a_terminal_a_bar_moves_and_a_sum_stays(tmp_path: Path, columns: int) -> None:
    window = Window(tmp_path, [], columns, python=("-c", STEPS))
    assert window.end() == 0
    assert "".join(window.lines) == "".join(SUMS)
    assert b"fetch  \xe2\x96\x91" in window.bytes
    assert b"\x1b[2J" not in window.bytes


def test_an_error_takes_the_bar_away(tmp_path: Path) -> None:
    window = Window(tmp_path, ["--fail"], python=("-c", STEPS))
    assert window.end() == 3
    assert window.lines[:2] == [SUMS[0], "error: no space left on device"]
    assert b"fetch  \xe2\x96\x91" in window.bytes


def test_elsewhere_there_is_a_line_each(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == EACH


WATCHING = """
import time
from datetime import datetime, timezone
from skylift.cli.talk import say
from skylift.cli.watching.faces import face_for
from skylift.cli.watching.view import View
from skylift.host.clock import SystemClock
from skylift.values.jobs import Entered, LogLine, Pause

face = face_for(lambda painted, plain: View("7qkf"), SystemClock(), quiet=False)
with face.shown():
    face.take(Entered("Training", 0))
    for number in range(3):
        face.take(LogLine(datetime.now(timezone.utc), "algo-1", f"line {number}"))
        time.sleep(0.15)
        face.take(Pause())
        say(f"word {number}")
"""


def test_whoever_has_a_word_takes_the_footer_away_first(tmp_path: Path) -> None:
    window = Window(tmp_path, [], python=("-c", WATCHING))
    assert window.end() == 0
    assert window.lines == [f"{kind} {number}" for number in range(3) for kind in ("line", "word")]
    assert window.bytes.count(b"Training") >= 3
