"""A small project whose runs are compared and repeated, as the terminal sees it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from skylift.runs.store import RunStore
from skylift.values.record import Record

PROGRAM = """\
import argparse, os, pathlib, sys
import part
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.5)
parser.add_argument("--epochs", type=int, default=2)
parser.add_argument("--note", default="")
args, rest = parser.parse_known_args()
for epoch in range(1, args.epochs + 1):
    print("epoch=%d loss=%.3f validation:auc=%.3f" % (epoch, args.lr / epoch, 1 - args.lr / (epoch + 1)))
print("said", part.WORD, args.note, rest)
pathlib.Path(os.environ["SM_MODEL_DIR"], "m").write_text("x")
"""
CONFIG = """\
name = "twice"
entry-point = "train.py"
python = "3.11"

[hyperparameters]
epochs = 2

[channels]
train = "data/train"
"""
PYTHON = ("--python", sys.executable)


@dataclass(frozen=True)
class Compared:
    root: Path

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        command = ["git", *who, *arguments]
        return subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True).stdout

    def commit(self, subject: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD").strip()

    def skylift(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        if arguments[0] == "run":
            self._begin_later()
        command = [sys.executable, "-m", "skylift", *arguments]
        done = subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def _begin_later(self) -> None:
        # Names have seconds, and which of two runs of the same second is the last one nobody can say.
        for name in RunStore(self.root).names()[-1:]:
            while f"{datetime.now(timezone.utc):%y%m%d%H%M%S}" <= name.split("-")[-2]:
                time.sleep(0.05)

    def run(self, *arguments: str) -> Record:
        name = self.skylift("run", *PYTHON, *arguments).stdout.strip()
        return self.record(name)

    def record(self, name: str) -> Record:
        store = RunStore(self.root)
        found = store.load(store.resolve(name))
        assert found is not None
        return found

    def said(self, record: Record) -> str:
        """What the program printed last of itself."""
        log = self.root / ".skylift" / "runs" / record.name / "log"
        return next(line for line in log.read_text().splitlines() if line.startswith("said"))


def copy_of(project: Compared, folder: Path) -> Compared:
    """The same project with its runs, elsewhere. What lies on this machine is found by where its run is."""
    shutil.copytree(project.root, folder, symlinks=True, dirs_exist_ok=True)
    return Compared(folder)


def project_in(folder: Path, *, git: bool = True) -> Compared:
    project = Compared(folder)
    project.write("train.py", PROGRAM)
    project.write("part.py", 'WORD = "first"\n')
    project.write("skylift.toml", CONFIG)
    project.write("data/train/a.csv", "1\n")
    if git:
        project.write(".gitignore", "data/\n.skylift/\nskylift.local.toml\n")
        project.git("init", "-q", "-b", "main")
        project.commit("first")
    return project
