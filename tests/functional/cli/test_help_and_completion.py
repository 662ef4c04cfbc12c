"""The project's own parameters in ``run --help``, and what shells offer while one types."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("verb", ["show", "logs", "attach", "wait", "stop", "pull", "shell", "rm"])
def test_every_verb_about_runs_says_what_a_run_is(tmp_path: Path, verb: str) -> None:
    text = " ".join(skylift(tmp_path, verb, "--help").stdout.split())
    assert "@last~1, the one before that; @last:JOB, the newest of a job." in text
    assert ("Where none is named, @last is meant." in text) == (verb != "rm")


def test_help_lists_the_jobs_where_there_are_several(project: Folder) -> None:
    for arguments in ((), ("--job", "evaluate"), ("--job", "x")):
        text = said(project.root, *arguments)
        assert "Jobs of this project (--job): train train.py evaluate sh evaluate.sh" in text
    project.write("skylift.toml", CONFIG.partition("[jobs")[0])
    assert "Jobs of this project" not in said(project.root)


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


def test_bash_is_left_as_it_was(project: Folder, program: str) -> None:
    # A function of the user's shell: its names are theirs.
    before = "line=mine; set -- 'skylift run optimizer='\n"
    assert shell(project, program, ["bash", "-c", before + BASH + 'echo "$line"'])[-1] == "mine"


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


LIGHT = """
import importlib, sys
for verb in sys.argv[1:]:
    importlib.import_module(f"skylift.cli.{verb}")
    heavy = {"skylift.flow.sources", "skylift.flow.backends", "skylift.aws.session"} & set(sys.modules)
    assert not heavy, (verb, heavy)
"""


def test_shells_do_not_wait_for_the_cloud_to_complete_a_run() -> None:
    verbs = [
        "show",
        "logs",
        "attach",
        "wait",
        "stop",
        "pull",
        "rm",
        "compare",
        "metrics",
        "shell",
        "run",
        "runs",
    ]
    done = subprocess.run([sys.executable, "-c", LIGHT, *verbs], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def with_records(project: Folder) -> Folder:
    for number, name in enumerate(("demo-261124131819-kzoo", "demo-261124131737-aaaa")):
        record = {
            "TrainingJobName": name,
            "TrainingJobStatus": "Completed",
            "CreationTime": "2026-11-24T13:18:19.000Z",
            "Skylift": {
                "job": "train",
                "arguments": {"epochs": number, "early-stop": True, "odd name": 1},
                "channels": {"train": {"version": "1"}},
                "metrics": {"last": {"val:loss": 0.1, "auc": 0.5}, "best": {}},
            },
        }
        project.write(f".skylift/runs/{name}/record.json", json.dumps(record))
    return project


OF_RUNS = [
    ("skylift runs --sort a", ["age"]),
    ("skylift runs --sort age,-par", ["age,-param:epochs", "age,-param:early-stop", 'age,-param:"odd name"']),
    ("skylift runs --columns run,metric:v", ["run,metric:val:loss"]),
    ("skylift runs --group-by data", ["data:train"]),
    ("skylift runs --metric ", ["val:loss", "auc"]),
    ("skylift runs --where sta", ["status"]),
    ("skylift runs --where param:ea", ["param:early-stop"]),
    ("skylift runs --job e", ["evaluate"]),
    ("skylift show @last~", ["@last~1"]),
    ("skylift wait kzoo @last:", ["@last:train"]),
    ("skylift attach k", ["kzoo"]),
    ("skylift rm k", ["kzoo"]),
    ("skylift metrics k", ["kzoo"]),
]


@pytest.mark.parametrize(("line", "expected"), OF_RUNS)
def test_what_is_offered_of_runs(with_records: Folder, line: str, expected: list[str]) -> None:
    # Without an index, and then with one.
    for _ in range(2):
        done = skylift(
            with_records.root,
            COMP_WORDS=line,
            COMP_CWORD=str(len(line.split(" ")) - 1),
            _SKYLIFT_COMPLETE="zsh_complete",
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[1::3] == expected
        assert skylift(with_records.root, "runs").returncode == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # What stands before a colon stays where it is.
        ("skylift runs --sort job,-param:ep", ["epochs"]),
        ("skylift runs -m val:", ["loss"]),
        ("skylift show @las", ["@last", "@last~1"]),
        ("skylift wait demo-261124131737", ["demo-261124131737-aaaa"]),
    ],
)
def test_bash_completes_what_is_asked_of_runs(
    with_records: Folder, program: str, line: str, expected: list[str]
) -> None:
    assert shell(with_records, program, ["bash", "-c", BASH, "-", line]) == expected


FISH = 'skylift completion fish | source; complete -C "$argv[1]"'


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["bash", "-c", BASH, "-", "skylift runs --sort age,-param:e"], ["epochs", "early-stop"]),
        (
            ["fish", "-c", FISH, "skylift runs --sort age,-param:e"],
            ["age,-param:epochs", "age,-param:early-stop"],
        ),
        # In quotes neither cuts a word.
        (["bash", "-c", BASH, "-", 'skylift runs -w "dirty and param:ep'], ["dirty and param:epochs"]),
        (["bash", "-c", BASH, "-", 'skylift runs -w "param:odd'], ['param:\\"odd name\\"']),
        (["fish", "-c", FISH, 'skylift runs -w "dirty and param:ep'], ["dirty and param:epochs"]),
    ],
)
def test_shells_complete_what_has_commas_and_blanks_in_it(
    with_records: Folder, program: str, command: list[str], expected: list[str]
) -> None:
    if shutil.which(command[0]):
        said = shell(with_records, program, command)
        assert [line.partition("\t")[0] for line in said] == expected
