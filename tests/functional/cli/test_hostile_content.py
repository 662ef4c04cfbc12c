"""What comes from outside (logs, names, values, reasons) is shown on a terminal and in files, and never obeyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.functional.cli.asking import done
from tests.functional.cli.terminal import converse

TITLE, CLEAR, HOME, ALTERNATE = "\x1b]0;PWNED\x07", "\x1b[2J", "\x1b[1;1H", "\x1b[?1049h"
BELL, CSI, BACKWARDS, DEVICE = "\x07", "\x9b31m", "\u202e", "\x1bP0;1|17/ab\x1b\\"
ATTACKS = [TITLE, CLEAR, HOME, ALTERNATE, BELL, CSI, BACKWARDS, DEVICE]
NASTY = "".join(ATTACKS) + "<script>alert(1)</script>"

TRAIN = r"""
import argparse, os, pathlib, sys
parser = argparse.ArgumentParser()
parser.add_argument("--note", default="")
parser.add_argument("--fail", action="store_true")
args = parser.parse_args()
nasty = pathlib.Path("nasty.txt").read_text()
out = sys.stdout
out.write("epoch=1 loss=0.5 " + nasty + "\n" + nasty + "=1.5 " + nasty + "_loss=0.5\n")
out.write("x" * 3_000_000 + "\n")
out.flush()
os.write(1, b"\xff\xfe\x80 loss=0.25\n")
out.write(nasty)
out.flush()
pathlib.Path(os.environ["SM_MODEL_DIR"], "m" + nasty.replace("/", "") + ".bin").write_text("1")
if args.fail:
    raise ValueError(nasty)
"""

ABOUT_RUNS = {
    "runs": ["runs"],
    "show": ["show", "@last"],
    "logs": ["logs", "@last"],
    "logs -f": ["logs", "-f", "@last"],
    "compare": ["compare"],
    "wait": ["wait", "@last"],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of a project whose every word is hostile: one that failed, and the last, which completed."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "skylift.toml").write_text('name = "nasty"\nentry-point = "train.py"\n')
    (folder / "train.py").write_text(TRAIN)
    (folder / "nasty.txt").write_text(NASTY)
    note = "note=" + NASTY.replace("\x00", "")
    code, shown = converse(folder, ["run", note, "fail=true"], [])
    assert code == 4, shown[-2000:]
    harmless(shown)
    code, shown = converse(folder, ["run", note], [])
    assert code == 0, shown[-2000:]
    harmless(shown)
    return folder


def harmless(shown: str) -> None:
    assert not [attack for attack in ATTACKS if attack in shown]


@pytest.mark.parametrize("words", ABOUT_RUNS.values(), ids=ABOUT_RUNS)
def test_on_a_terminal(words: list[str], project: Path) -> None:
    names = [Path(entry).name for entry in sorted((project / ".skylift" / "runs").iterdir())]
    more = names if words == ["compare"] else []
    code, shown = converse(project, [*words, *more], [])
    assert code == 0, shown[-2000:]
    harmless(shown)


def test_it_is_shown_all_the_same(project: Path) -> None:
    assert "\\x1b]0;PWNED\\x07" in done(project, "logs", "@last").stdout
    assert "\\x1b]0;PWNED\\x07" in done(project, "show", "@last").stdout


@pytest.mark.parametrize("words", ABOUT_RUNS.values(), ids=ABOUT_RUNS)
def test_in_a_file_it_is_harmless_too(words: list[str], project: Path) -> None:
    names = [entry.name for entry in sorted((project / ".skylift" / "runs").iterdir())]
    answer = done(project, *words, *(names if words == ["compare"] else []))
    harmless(answer.stdout + answer.stderr)


def test_json_is_ascii_and_whole(project: Path) -> None:
    text = done(project, "show", "@last", "--json").stdout
    assert text.isascii()
    assert NASTY in json.loads(text)["Skylift"]["given"]["note"]


def test_the_reason_is_shown_and_not_obeyed(project: Path) -> None:
    records = json.loads(done(project, "runs", "--json").stdout)
    failed = next(record for record in records if record["TrainingJobStatus"] == "Failed")
    text = done(project, "show", failed["TrainingJobName"]).stdout
    assert "ValueError" in text
    harmless(text)
