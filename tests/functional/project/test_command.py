"""The program behind a command, and what it takes."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.parameters.schema import read_schema
from skylift.project.source.command import program_of, words_of
from skylift.values.settings import JobSettings


@pytest.fixture
def project(project: Folder) -> Folder:
    project.write(
        "train.py", 'import argparse\np = argparse.ArgumentParser()\np.add_argument("--lr", type=float)\n'
    )
    project.write("pkg/__init__.py")
    project.write("pkg/fit.py")
    project.write("run.sh", "python train.py")
    return project


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python train.py", "train.py"),
        ("python3.11 -u ./train.py --fixed 1", "train.py"),
        ("/opt/venv/bin/python -m pkg.fit", "-m pkg.fit"),
        ("torchrun --nproc-per-node={gpus} --standalone train.py", "train.py"),
        ("torchrun --nnodes 2 -m pkg.fit", "-m pkg.fit"),
        ("python -m torch.distributed.run --nproc_per_node 2 train.py", "train.py"),
        ("accelerate launch --config_file a.yaml --num_processes 2 train.py", "train.py"),
        ("accelerate launch --module pkg.fit", "-m pkg.fit"),
        ("deepspeed --num_gpus=2 train.py --deepspeed ds.json", "train.py"),
        ("env A=1 B=2 python train.py", "train.py"),
        ("uv run --no-sync python train.py", "train.py"),
        ("poetry run torchrun train.py", "train.py"),
        ("mpirun -np 2 python train.py", "train.py"),
        ("./train.py", "train.py"),
        ("python elsewhere.py", None),
        ("python ../train.py", None),
        ("python -m json.tool", None),
        ("python -c print() train.py", None),
        ("python", None),
        ("sh -c python\ttrain.py", None),
        ("bash run.sh", None),
        ("./run.sh", None),
        ("streamlit run train.py", None),
        ("accelerate config", None),
        ("torchrun -m", None),
        ("make train", None),
        ("", None),
    ],
)
def test_the_program_of_a_command(project: Folder, command: str, expected: str | None) -> None:
    words = [word.replace("\t", " ") for word in command.split(" ") if word]
    assert program_of(project.root, words) == expected


def test_its_parameters_are_the_jobs(project: Folder) -> None:
    schema = read_schema(project.root, JobSettings(command=("torchrun", "train.py")))
    assert schema.complete
    assert [parameter.key for parameter in schema.parameters] == ["lr"]


def test_of_a_shell_nothing_is_known_and_that_is_said(project: Folder) -> None:
    schema = read_schema(project.root, JobSettings(command=("sh", "run.sh")))
    assert not schema.complete
    assert schema.notes


def test_what_a_command_says_by_itself(project: Folder) -> None:
    command = ("torchrun", "--nnodes", "2", "train.py", "--data", "{channel:train}", "-v")
    assert words_of(project.root, command) == ("--data", "{channel:train}", "-v")
    assert words_of(project.root, ("sh", "run.sh", "-v")) == ()
