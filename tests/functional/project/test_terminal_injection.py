"""What a tree says is shown to people, and never obeyed by their terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.functional.cli.asking import skylift
from tests.functional.project.folder import Folder

from skylift.host.toml import parse_toml

ESCAPE, CSI, TURNED, BELL = "\x1b[31m", "\x9b31m", "\u202e", "\x07"
OBEYED = ("\x1b", "\x9b", "\u202e", "\x07")
TRAIN = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--ep\\x1b[31mochs\\x9b", type=int, default=3, help="\\x1b[31m\\x07\\x9b\\u202e")
p.add_argument("--a", choices=["\\x1b[31m", "\\x9b"], default="\\x1b[31m", help="x")
p.add_argument("--url", metavar="\\x1b[31m", default="\\u202e")
s = p.add_subparsers()
s.add_parser("tr\\x9bain").add_argument("--x\\u202e")
p.parse_args()
open("out\\x1b[31m\\x9b/m.txt", "w")
print("\\x9bloss: %f" % 3)
"""
WORDS = (
    ("init", "--dry-run"),
    ("init", "--json", "--dry-run"),
    ("init", "--yes"),
    ("run", "--help"),
    ("check", "--fix"),
    ("check", "--json"),
    ("config", "--origin"),
    ("init", "--undo"),
)


def obeyed(text: str) -> list[str]:
    return [character for character in OBEYED if character in text]


def lay(folder: Folder) -> None:
    folder.root.mkdir(exist_ok=True)
    folder.write("train.py", TRAIN)
    quoted = json.dumps(f"python train.py --url {CSI}{TURNED} --a {ESCAPE}")
    stage = json.dumps(f"tr{ESCAPE}{CSI}ain")
    folder.write(
        "dvc.yaml", f"stages:\n  {stage}:\n    cmd: {quoted}\n    outs: [{json.dumps('mo' + CSI)}]\n"
    )
    folder.write("requirements.txt", f"numpy\n{ESCAPE} bad {CSI}\n")
    folder.write(f"client{CSI} key.pem", "-----BEGIN RSA PRIVATE KEY-----\n")


def test_no_verb_shows_what_a_terminal_obeys(project: Folder) -> None:
    folder = Folder(project.root / f"na{ESCAPE}me{CSI}{TURNED}")
    lay(folder)
    for words in WORDS:
        answer = skylift(folder.root, *words)
        assert obeyed(answer.stdout + answer.stderr) == [], words


def test_a_completion_offers_no_name_that_a_terminal_obeys(project: Folder) -> None:
    lay(project)
    assert skylift(project.root, "init", "--yes").returncode == 0
    variables = {"_SKYLIFT_COMPLETE": "bash_complete", "_SKYLIFT_LINE": "skylift run "}
    done = subprocess.run(
        [sys.executable, "-m", "skylift"],
        cwd=project.root,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "a=" in done.stdout
    assert obeyed(done.stdout) == []


def test_the_file_itself_has_escapes_that_say_the_same(project: Folder) -> None:
    lay(project)
    assert skylift(project.root, "init", "--yes").returncode == 0
    text = Path(project.root / "skylift.toml").read_text(encoding="utf-8")
    assert obeyed(text) == []
    assert parse_toml(text)["hyperparameters"]["url"] == CSI + TURNED
