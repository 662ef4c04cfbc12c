"""Both runtimes started as a container starts them: a program sees the same under either."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.functional.runtime.differences import unexplained
from tests.functional.runtime.odd_trees import OddTree
from tests.functional.runtime.stage import PACKAGE

SHOW = """\
import __main__, json, os, sys
spec = __main__.__spec__
print("SHOWN", json.dumps({
    "argv": sys.argv, "cwd": os.getcwd(), "environ": dict(os.environ), "file": __main__.__file__, "name": __name__,
    "first on the path": sys.path[0], "spec": spec and spec.name, "package": __main__.__package__,
}))
"""
SHELL = f"#!/bin/sh\nexec '{sys.executable}' show.py \"$@\"\n"
HYPERPARAMETERS: dict[str, object] = {
    "lr": "1e-05", "flag": "true", "empty": '""', "none": "null", "lst": '[1,"a"]', "d": '{"b":2,"a":1}', "x": "-1",
    "text": "two words; $HOME `id` 'q' \"d\"", "ü key": "日本", "big": "9" * 2000, "nan": "NaN",
    "sagemaker_job_name": '"job-1"', "sagemaker_region": '"eu-west-1"',
}  # fmt: skip


@dataclass(frozen=True)
class Start:
    """A way to hand code to the toolkit. The files lie in the code folder unless ``source`` says otherwise."""

    name: str
    files: Mapping[str, str]
    program: str = "train.py"
    source: str = "code"
    hyperparameters: Mapping[str, object] = field(default_factory=lambda: HYPERPARAMETERS)
    by_hyperparameter: bool = False


STARTS = (
    Start("script", {"train.py": SHOW}),
    Start("named by a hyperparameter", {"train.py": SHOW}, by_hyperparameter=True),
    Start("script below", {"sub/train.py": SHOW, "helper.py": ""}, "sub/train.py"),
    Start("no arguments", {"train.py": SHOW}, hyperparameters={}),
    Start("many arguments", {"train.py": SHOW}, hyperparameters={f"p-{n}": f'"{n} "' for n in range(100)}),
    Start("shell", {"run.sh": SHELL, "show.py": SHOW}, "run.sh"),
    Start("shell below", {"bin/run.sh": SHELL, "show.py": SHOW}, "bin/run.sh"),
    Start("shell beside a package", {"run.sh": SHELL, "show.py": SHOW, "setup.py": "raise SystemExit(1)"}, "run.sh"),
    Start("other command", {"train": f"#!{sys.executable}\n{SHOW}"}, "train"),
    Start("folder", {"train.py": SHOW}, source="folder", by_hyperparameter=True),
    Start("archive", {"train.py": SHOW, "sub/data.txt": "x"}, source="archive", by_hyperparameter=True),
    Start("a module named as ours", {"train.py": SHOW, "start.py": "raise SystemExit(1)"}),
)  # fmt: skip
PACKAGE_FILES = {
    "setup.py": "from setuptools import setup\nsetup(name='theirs', version='1', packages=['lib'], py_modules=['train'])\n",
    "lib/__init__.py": "WHERE = __file__\n",
    "train.py": "import lib\n" + SHOW,
}


def lay(start: Start, root: Path) -> dict[str, str]:
    """The tree of one start, and the variables that the platform would set."""
    wire = dict(start.hyperparameters)
    if start.by_hyperparameter:
        wire["sagemaker_program"] = json.dumps(start.program)
    folder = root / "ml" / "code" if start.source == "code" else root / "from"
    if start.source != "code":
        named = root / "sourcedir.tar.gz" if start.source == "archive" else folder
        wire["sagemaker_submit_directory"] = json.dumps(str(named))
    hosts = {"current_host": "algo-1", "hosts": ["algo-1"]}
    OddTree(wire, {"train": {"TrainingInputMode": "File"}}, hosts).lay(root / "ml")
    (root / "ml" / "code" / "train.py").unlink()
    for path, text in start.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        # The toolkit makes it executable; what an archive brings has its mode from there.
        file.chmod(0o644)
    if start.source == "archive":
        with tarfile.open(root / "sourcedir.tar.gz", "w:gz") as archive:
            archive.add(folder, ".")
    named_program = {} if start.by_hyperparameter else {"SAGEMAKER_PROGRAM": start.program}
    return {
        "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(root), "SAGEMAKER_BASE_DIR": str(root / "ml"),
        "AWS_REGION": "eu-west-3", "TRAINING_JOB_NAME": "job-1", "SM_STUDIO_LOCAL_MODE": "True", **named_program,
    }  # fmt: skip


def shown(start: Start, root: Path, command: list[str], **more: str) -> dict[str, Any]:
    """What the program says of how it was started, with the folder of the run taken out."""
    root.mkdir()
    environ = lay(start, root)
    done = subprocess.run(
        command, env={**environ, **more}, cwd=root, capture_output=True, text=True, check=False, timeout=120
    )
    said = [line for line in done.stdout.splitlines() if line.startswith("SHOWN ")]
    assert (done.returncode, len(said)) == (0, 1), done.stderr[-3000:] + done.stdout[-2000:]
    modes = {path: stat.S_IMODE((root / "ml" / "code" / path).stat().st_mode) for path in start.files}
    text = said[0].removeprefix("SHOWN ").replace(json.dumps(str(root))[1:-1], "ROOT")
    return {**json.loads(text), "modes": modes}


@pytest.mark.parametrize("start", STARTS, ids=lambda start: start.name)
def test_a_program_sees_what_it_sees_under_the_toolkit(toolkit: Path, tmp_path: Path, start: Start) -> None:
    theirs = shown(start, tmp_path / "theirs", [str(toolkit / "bin" / "train")])
    ours = shown(start, tmp_path / "ours it's", [sys.executable, str(PACKAGE), "train"])
    assert unexplained(theirs.pop("environ"), ours.pop("environ")) == {}
    assert ours == theirs


def test_a_package_is_installed_and_its_module_run(toolkit: Path, tmp_path: Path) -> None:
    # Each into a throwaway environment that finds what the toolkit's own has.
    start = Start("package", PACKAGE_FILES)
    packages = next((toolkit / "lib").glob("python*/site-packages"))
    seen = {}
    for whose in ("theirs", "ours"):
        folder = tmp_path / f"env-{whose}"
        python = folder / "bin" / "python"
        base = (toolkit / "bin" / "python").resolve()
        subprocess.run([str(base), "-m", "venv", "--without-pip", str(folder)], check=True)
        next((folder / "lib").glob("python*/site-packages")).joinpath("toolkit.pth").write_text(
            f"{packages}\n"
        )
        command = {
            "theirs": [str(python), str(toolkit / "bin" / "train")],
            "ours": [str(python), str(PACKAGE), "train"],
        }[whose]
        seen[whose] = shown(start, tmp_path / whose, command, PIP_NO_BUILD_ISOLATION="0", PIP_NO_INDEX="1")
        asked = subprocess.run(
            [str(python), "-c", "import lib; print(lib.WHERE)"], cwd=folder, check=True, capture_output=True
        )
        assert Path(asked.stdout.decode().strip()).is_relative_to(folder), "it was not installed"
    theirs, ours = seen["theirs"], seen["ours"]
    assert (theirs["spec"], theirs["package"]) == ("train", "")
    assert unexplained(theirs.pop("environ"), ours.pop("environ")) == {}
    assert ours == theirs
