"""Which Python runs a job here (joint 14), among real environments: each is taken when those before it are not there."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.functional.packages.tiny_wheels import alone_with

from skylift.errors import UsageError
from skylift.flow.interpreters import interpreter_for
from skylift.flow.sources import Sources
from skylift.flow.world import World
from skylift.values.progress import Progress

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
WHY = {
    "said": "--python",
    "venv": "the active virtual environment",
    "conda": "the active conda environment",
    "project": "the project's .venv",
    "isolated": "isolated, from the lock",
}
ORDER = tuple(WHY)
VARIABLES = {"venv": "VIRTUAL_ENV", "conda": "CONDA_PREFIX"}


def environment_at(folder: Path) -> Path:
    """A small virtual environment; its interpreter."""
    base = [os.path.realpath(sys.executable), "-m", "venv", "--without-pip"]
    subprocess.run([*base, str(folder)], check=True)
    return folder / "bin" / "python"


@dataclass
class Desk:
    """A project, and what its user has beside it."""

    root: Path
    environment: dict[str, str]
    said: str | None = None
    told: list[Progress] = field(default_factory=list)

    def has(self, names: Iterable[str]) -> dict[str, Path]:
        """Make environments by the names of the order, and lead to them as people do; their interpreters."""
        made = {}
        for name in set(names) - {"isolated"}:
            folder = self.root / ".venv" if name == "project" else self.root.parent / f"an {name}"
            made[name] = environment_at(folder)
            if name == "said":
                self.said = str(made[name])
            elif name in VARIABLES:
                self.environment[VARIABLES[name]] = str(folder)
        return made

    def choose(self) -> tuple[str, str]:
        """The path that is chosen, and why, as the user is told."""
        world = World(self.environment, self.root.parent, report=self.told.append)
        sources = Sources.read(self.root, world, overrides={})
        found = interpreter_for(sources, sources.target("local"), self.said)
        last = [one.what for one in self.told if one.step == "python"][-1]
        assert last.startswith(f"{found.path} (Python {found.version}, ")
        assert found.from_lock == (WHY["isolated"] in last)
        return found.path, last.removeprefix(f"{found.path} (Python {found.version}, ").removesuffix(")")


@pytest.fixture
def desk(tmp_path: Path, weird_tmp_path: Path) -> Desk:
    root = weird_tmp_path / "project"
    root.mkdir()
    (root / "train.py").write_text("import sys; print('prefix:', ascii(sys.prefix))\n")
    (root / "requirements.txt").write_text("")
    (root / "skylift.toml").write_text(f'name = "p"\nentry-point = "train.py"\npython = "{PYTHON}"\n')
    return Desk(root, dict(alone_with(tmp_path, tmp_path)))


@pytest.mark.parametrize("first", ORDER)
def test_the_first_that_is_there_is_taken(desk: Desk, first: str) -> None:
    made = desk.has(ORDER[ORDER.index(first) :])
    path, why = desk.choose()
    assert why == WHY[first]
    if first == "isolated":
        assert Path(path).is_relative_to(desk.environment["SKYLIFT_CACHE_DIR"])
    else:
        assert path == str(made[first])


@pytest.mark.parametrize("name", VARIABLES)
def test_an_active_environment_that_is_gone_is_passed_over(desk: Desk, name: str) -> None:
    desk.environment[VARIABLES[name]] = str(desk.root / "gone")
    made = desk.has(["project"])
    assert desk.choose() == (str(made["project"]), WHY["project"])


def test_one_that_was_named_and_is_not_there_is_an_error(desk: Desk) -> None:
    desk.has(["venv", "project"])
    desk.said = str(desk.root / "none")
    with pytest.raises(UsageError, match=r"(?s)--python: no such interpreter: .*none"):
        desk.choose()


@pytest.mark.parametrize("name", VARIABLES)
def test_our_own_is_passed_over(desk: Desk, name: str) -> None:
    desk.environment[VARIABLES[name]] = sys.prefix
    made = desk.has(["project"])
    assert desk.choose() == (str(made["project"]), WHY["project"])


def test_our_own_by_another_name_is_passed_over(desk: Desk) -> None:
    (desk.root / ".venv").symlink_to(sys.prefix)
    assert desk.choose()[1] == WHY["isolated"]


def test_our_own_is_taken_when_it_is_named(desk: Desk) -> None:
    desk.has(["venv", "project"])
    desk.said = str(Path(sys.prefix) / "bin" / "python")
    assert desk.choose() == (desk.said, WHY["said"])


def prefix(desk: Desk, *options: str, environment: Mapping[str, str]) -> str:
    """Where the interpreter that ran the script is, as the script itself says."""
    command = [sys.executable, "-m", "skylift", "run", *options]
    done = subprocess.run(
        command, cwd=desk.root, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = next(line for line in done.stderr.splitlines() if "prefix: " in line)
    return str(ast.literal_eval(said.partition("prefix: ")[2]))


def test_the_command_line_runs_the_script_with_it(desk: Desk) -> None:
    made = {name: str(path.parent.parent) for name, path in desk.has(["said", "venv", "project"]).items()}
    active = {"VIRTUAL_ENV": made["venv"]}
    assert prefix(desk, environment={}) == made["project"]
    assert prefix(desk, environment=active) == made["venv"]
    assert prefix(desk, "--python", str(desk.said), environment=active) == made["said"]
