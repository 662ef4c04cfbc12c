"""The project's own parameters in ``run --help``, and what shells offer while one types."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.functional.project.folder import Folder

SCRIPT = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3, help="passes over the data")
parser.add_argument("--optimizer", choices=["adam", "sgd", "a b"], default="adam")
parser.add_argument("--early-stop", action="store_true")
parser.add_argument("--data-dir", required=True)
"""
CONFIG = """
name = "demo"
entry-point = "train.py"
[hyperparameters]
epochs = 7
[arguments]
data-dir = "{channel:train}"
[channels]
train = "data"
[targets.gpu]
backend = "sagemaker"
[jobs.evaluate]
command = ["sh", "evaluate.sh"]
"""


@pytest.fixture
def project(weird_tmp_path: Path) -> Folder:
    folder = Folder(weird_tmp_path)
    folder.write_all({"train.py": SCRIPT, "skylift.toml": CONFIG, "evaluate.sh": ""})
    for name in ("demo-261124131819-kzoo", "demo-261124131737-aaaa"):
        folder.write(f".skylift/runs/{name}/intent.json", "{}")
    return folder


def skylift(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "skylift", *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def said(folder: Path, *arguments: str) -> str:
    """The help text, without its line breaks."""
    done = skylift(folder, "run", *arguments, "--help")
    assert done.returncode == 0, done.stderr
    assert "--on TARGET" in done.stdout
    return " ".join(done.stdout.split())


def test_help_shows_the_parameters_of_the_job_that_is_asked_for(project: Folder) -> None:
    text = said(project.root)
    assert "Parameters of train.py (job train):" in text
    assert "epochs=INT passes over the data [config: 7]" in text
    assert 'optimizer=adam|sgd|"a b" [default: adam]' in text
    assert "early-stop=true|false [default: false]" in text
    assert "data-dir=TEXT [filled: {channel:train}]" in text
    # From elsewhere, of another job, and with an option that there is not.
    other = said(project.root.parent, "-C", str(project.root), "--job=evaluate", "epochs=3")
    assert "Parameters of sh evaluate.sh (job evaluate):" in other
    assert "passed on unchecked" in other
    assert "no job `x`, there are: evaluate, train" in said(project.root, "--job", "x")


def test_help_is_there_without_a_project_and_with_a_broken_one(project: Folder, tmp_path: Path) -> None:
    assert "Parameters of" not in said(tmp_path)
    project.write("skylift.toml", "name = 3\nentrypoint = 'train.py'\n")
    assert "the config is broken: " in said(project.root)
    project.write("skylift.toml", "name = \n")
    assert "the config is broken: " in said(project.root)
    project.write("skylift.toml", "name = 'x'\nentry-point = 'train.py'\n")
    project.write("train.py", "print 'of old'\n")
    assert "There may be others, which are passed on unchecked: train.py is not Python" in said(project.root)


def test_options_that_every_run_has_are_told_as_such(project: Folder) -> None:
    # The hints know the names of the options; this is where they would be wrong.
    from skylift.cli.run import command
    from skylift.project.arguments.names import _RUN_OPTIONS, _SWITCHES

    options = {
        option.lstrip("-"): parameter
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option != "--set"
    }
    assert set(options) == _RUN_OPTIONS
    assert {name for name, option in options.items() if getattr(option, "is_flag", False)} == _SWITCHES


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["--epochs", "5"], "epochs=5"),
        (["--epochs=5"], "epochs=5"),
        (["--data-dir", "a b"], "data-dir='a b'"),
        (["--early-stop"], "early-stop=true"),
        (["--early-stop", "epochs=3"], "early-stop=true"),
        (["-e", "5"], "NAME=VALUE"),
    ],
)
def test_an_option_of_the_script_is_told_as_a_parameter(
    project: Folder, arguments: list[str], meant: str
) -> None:
    done = skylift(project.root, "run", *arguments)
    assert done.returncode == 2
    assert f"parameters of the script are given without dashes: {meant}\n" in done.stderr


OFFERED = [
    ("skylift comp", ["compare", "completion"]),
    ("skylift run --on ", ["local", "docker", "gpu"]),
    ("skylift run --job e", ["evaluate"]),
    ("skylift run --strict", ["--strict-inputs"]),
    ("skylift run e", ["epochs=", "early-stop="]),
    ("skylift run early_", ["early-stop="]),
    ("skylift run epochs=3 ", ["optimizer=", "early-stop=", "data-dir="]),
    ("skylift run early-stop=", ["early-stop=true", "early-stop=false"]),
    ("skylift run optimizer=s", ["optimizer=sgd"]),
    ("skylift run epochs=", []),
    ("skylift run --job evaluate e", []),
    ("skylift run -- e", []),
    ("skylift show ", ["@last", "kzoo", "aaaa"]),
    ("skylift logs -f k", ["kzoo"]),
    ("skylift compare demo-", ["demo-261124131819-kzoo", "demo-261124131737-aaaa"]),
    ("skylift completion ", ["bash", "zsh", "fish"]),
]


@pytest.mark.parametrize(("line", "expected"), OFFERED)
def test_what_is_offered(project: Folder, line: str, expected: list[str]) -> None:
    words = line.split(" ")
    done = skylift(
        project.root, COMP_WORDS=line, COMP_CWORD=str(len(words) - 1), _SKYLIFT_COMPLETE="zsh_complete"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1::3] == expected


def test_nothing_is_said_where_nothing_is_known(project: Folder) -> None:
    project.write("skylift.toml", "name = \n")
    for line in ("skylift run e", "skylift run --job e", "skylift show "):
        done = skylift(
            project.root,
            COMP_WORDS=line,
            COMP_CWORD=str(len(line.split(" ")) - 1),
            _SKYLIFT_COMPLETE="zsh_complete",
        )
        assert (done.returncode, done.stderr) == (0, "")


BASH = """
eval "$(skylift completion bash)"
COMP_LINE=$1; COMP_POINT=${#1}; COMPREPLY=()
_skylift_completion skylift 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("skylift run ep", ["epochs="]),
        # bash cuts words there, and completes the last piece.
        ("skylift run optimizer=", ["adam", "sgd", "a\\ b"]),
        ("skylift run optimizer=a", ["adam", "a\\ b"]),
        ("skylift show k", ["kzoo"]),
    ],
)
def test_bash_completes(project: Folder, program: str, line: str, expected: list[str]) -> None:
    assert shell(project, program, ["bash", "-c", BASH, "-", line]) == expected


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which `skylift` is what is tested."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "skylift").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m skylift "$@"\n')
    (folder / "skylift").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def shell(project: Folder, path: str, command: list[str]) -> list[str]:
    done = subprocess.run(
        command,
        cwd=project.root,
        env={**os.environ, "PATH": path, "HOME": str(project.root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", [name for name in ("bash", "zsh", "fish") if shutil.which(name)])
def test_every_shell_that_is_here_takes_our_script(name: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(skylift(tmp_path, "completion", name).stdout)
    done = subprocess.run([name, "-n", str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_SKYLIFT_COMPLETE" in script.read_text()
