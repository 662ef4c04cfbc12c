"""The official toolkit is asked what it makes of many odd trees; ours has to make the same of them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.functional.runtime.differences import unexplained
from tests.functional.runtime.odd_trees import OddTree, odd_trees

from skylift_runtime.contract import Tree
from skylift_runtime.prepare import prepare
from skylift_runtime.signals import Relay

SEED, COUNT = 20261124, 250
JUDGE = Path(__file__).parent / "toolkit_judge.py"


@dataclass(frozen=True)
class Judged:
    """One tree: the variables that it is read with, what the toolkit said, and what we make of it."""

    environ: dict[str, str]
    theirs: dict[str, Any]

    def ours(self) -> tuple[dict[str, str], list[str], str]:
        """Variables, command and folder."""
        with contextlib.redirect_stderr(io.StringIO()):
            prepared = prepare(Tree(self.environ["SAGEMAKER_BASE_DIR"]), self.environ, Relay())
        return prepared.environ, prepared.command, prepared.work.root


def ask_toolkit(toolkit: Path, folder: Path, trees: list[OddTree], path: str) -> list[Judged]:
    environs = []
    for number, tree in enumerate(trees):
        root = folder / f"{number}" / "ml"
        tree.lay(root)
        known = {"PATH": path, "SAGEMAKER_BASE_DIR": str(root), "AWS_REGION": "eu-west-3"}
        environs.append({**known, **tree.environ})
    answers = folder / "answers.json"
    subprocess.run(
        [str(toolkit / "bin" / "python"), str(JUDGE), str(answers)],
        input=json.dumps(environs), text=True, check=True, capture_output=True, env={"PATH": path, "HOME": str(folder)},
    )  # fmt: skip
    return [Judged(*pair) for pair in zip(environs, json.loads(answers.read_text()), strict=True)]


@pytest.fixture(scope="module")
def judged(toolkit: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    trees = list(odd_trees(SEED, COUNT))
    return ask_toolkit(toolkit, tmp_path_factory.mktemp("odd trees ü"), trees, os.environ["PATH"])


def test_the_toolkit_could_do_something_with_nearly_every_tree(judged: list[Judged]) -> None:
    # Else the tests below would compare nothing.
    refused = [one.theirs["error"] for one in judged if "error" in one.theirs]
    assert len(judged) - len(refused) >= 200, refused


def test_every_variable_is_the_toolkits(judged: list[Judged]) -> None:
    for one in judged:
        if "error" not in one.theirs:
            environ, _, _ = one.ours()
            assert unexplained(one.theirs["environ"], environ) == {}, one.environ["SAGEMAKER_BASE_DIR"]


def test_every_program_is_started_as_the_toolkit_does(judged: list[Judged]) -> None:
    ways = set()
    for one in judged:
        if "error" not in one.theirs:
            _, command, folder = one.ours()
            assert folder == one.theirs["cwd"]
            assert _of_ours(command) == _of_theirs(one.theirs["command"])
            ways.add(one.theirs["kind"])
    assert ways == {"PYTHON_PROGRAM", "PYTHON_PACKAGE", "COMMAND"}


def _of_theirs(command: list[str]) -> list[str]:
    if command[0] == "/bin/sh":
        return [command[0], command[1], command[2].strip()]
    # `python -- train.py …` and `python -m train …`.
    return [{"--": "script", "-m": "module"}[command[1]], *command[2:]]


def _of_ours(command: list[str]) -> list[str]:
    # `python bootstrap.py script train.py …`; what the program sees of it is asked for below.
    return command if command[0] == "/bin/sh" else command[2:]


def test_where_there_are_accelerators_they_are_counted_alike(toolkit: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, said in (
        ("nvidia-smi", "GPU 0: A10G (UUID: GPU-1)\n  MIG x\nGPU 1: A10G (UUID: GPU-2)\n"),
        ("neuron-ls", '[{"nc_count": 2}, {"nc_count": 2}, {}]'),
        ("smddprun", ""),
    ):
        (tools / name).write_text(f"#!/bin/sh\ncat <<'E'\n{said}\nE\n")
        (tools / name).chmod(0o755)
    (one,) = ask_toolkit(toolkit, tmp_path, [plain()], f"{tools}:/usr/bin:/bin")
    environ, _, _ = one.ours()
    assert unexplained(one.theirs["environ"], environ) == {}
    found = json.loads(environ["SM_TRAINING_ENV"])
    assert (found["num_gpus"], found["num_neurons"], found["is_smddprun_installed"]) == (2, 4, True)


def plain(**more: Any) -> OddTree:
    return OddTree(
        resources={"current_host": "algo-1", "hosts": ["algo-1"]}, environ={"SAGEMAKER_PROGRAM": "train.py"}, **more
    )  # fmt: skip


@pytest.mark.parametrize(
    "wire", [{"a=b": "1"}, {"zero": '"a\\u0000b"'}, {"half": '"\\ud83d"'}], ids=["equals", "zero", "half"]
)
def test_what_the_toolkit_cannot_start_with_we_can(
    toolkit: Path, tmp_path: Path, wire: dict[str, object]
) -> None:
    (one,) = ask_toolkit(toolkit, tmp_path, [plain(hyperparameters=wire)], os.environ["PATH"])
    assert "Error: " in one.theirs["error"]
    environ, _, _ = one.ours()
    assert json.loads(environ["SM_HPS"]) == {key: json.loads(str(text)) for key, text in wire.items()}
    assert not [name for name in environ if name.startswith("SM_HP_") and "_A_B" not in name]


NAMES = (
    "train.py", "sub/train.py", "._x", "a+b.py", "A/B-c_d.e", "run", "a/b/c.sh", "..a", "a..b", "-c", "--", "", "/x", "..", "../a",
    "a/..", "a/../b", "a b.py", "ä.py", "a$b", "a;b", "a\\b", "a.py\n", "+a.py", "a//b.py", "a/", ".", "./a.py", "a/./b.py",
)  # fmt: skip
HARMLESS = {"+a.py", "a//b.py", "./a.py", "a/./b.py", "a/", "."}
"""Refused since 5.1.2 of the toolkit, taken before; whether there is such a file decides here."""
ODDLY_TAKEN = {"a.py\n"}
"""Its pattern ends with ``$``, which a line's end passes."""


def test_a_name_that_is_dangerous_is_refused_by_both(toolkit: Path, tmp_path: Path) -> None:
    program = """
        import json, sys
        from sagemaker_training import errors, process
        def taken(name):
            try: return process.validate_entry_point(name) == name
            except errors.ClientError: return False
        print(json.dumps([name for name in json.load(sys.stdin) if taken(name)]))
    """
    done = subprocess.run(
        [str(toolkit / "bin" / "python"), "-c", textwrap.dedent(program)],
        input=json.dumps(NAMES), text=True, check=True, capture_output=True,
        env={"SAGEMAKER_BASE_DIR": str(tmp_path / "ml")},
    )  # fmt: skip
    theirs = set(json.loads(done.stdout.splitlines()[-1]))
    from skylift_runtime.dropin import _NAME

    ours = {name for name in NAMES if _NAME.fullmatch(name) and ".." not in name.split("/")}
    assert theirs - ours == ODDLY_TAKEN
    assert ours - theirs == HARMLESS
