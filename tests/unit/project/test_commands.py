"""Command lines as people write them down."""

from __future__ import annotations

import pytest

from skylift.project.init.evidence.commands import logical_lines, started
from skylift.project.init.evidence.pipelines import given_options
from skylift.project.init.evidence.roles import role_of


@pytest.mark.parametrize(
    ("line", "target", "kind", "launcher"),
    [
        ("python train.py --epochs 10", "train.py", "script", ""),
        ("$ CUDA_VISIBLE_DEVICES=0,1 python3.10 -u -W ignore main.py", "main.py", "script", ""),
        ("@$(PYTHON) -m pkg.train --lr 1", "pkg.train", "module", ""),
        ("uv run --with x --python 3.11 train.py", "train.py", "script", ""),
        ("poetry run python -m pkg", "pkg", "module", ""),
        ("conda run -n env python a/b.py", "a/b.py", "script", ""),
        ("nohup time ./train.py > log 2>&1 &", "./train.py", "script", ""),
        ("bash scripts/train.sh", "scripts/train.sh", "shell", ""),
        ("poetry run train --x", "train", "name", ""),
        ("torchrun --standalone --nproc_per_node=8 train.py c.py", "train.py", "script", "torchrun"),
        ("torchrun --nproc-per-node 4 -m pkg.train --lr 1", "pkg.train", "module", "torchrun"),
        ("python -m torch.distributed.launch --nproc_per_node 4 main.py", "main.py", "script", "torchrun"),
        ("python -m torch.distributed.run --nproc_per_node 4 main.py", "main.py", "script", "torchrun"),
        ("accelerate launch --config_file x.yaml run.py", "run.py", "script", "accelerate"),
        ("deepspeed --num_gpus 2 train.py --deepspeed ds.json", "train.py", "script", "deepspeed"),
        ("mpirun -np 4 -H localhost:4 python -u train.py", "train.py", "script", "mpirun"),
    ],
)
def test_what_a_line_starts(line: str, target: str, kind: str, launcher: str) -> None:
    (found,) = started(line)
    assert (found.target, found.kind, found.launcher) == (target, kind, launcher)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "python",
        "python -c 'import train'",
        "python -m pip install -r requirements.txt",
        "python -m pytest tests",
        "accelerate config",
        "torchrun --help",
        "it doesn't train.py",
        '"never ends',
        "python -m not/a/module",
        "FOO=1",
        "&& || ;",
    ],
)
def test_what_starts_no_program(line: str) -> None:
    assert list(started(line)) == []


def test_every_command_of_a_line_and_lines_that_go_on() -> None:
    found = [one.target for one in started("cd src && python a.py; python b.py | tee log || python c.py")]
    assert [name for name in found if name.endswith(".py")] == ["a.py", "b.py", "c.py"]
    assert list(logical_lines("a \\\n  b\nc\nd \\")) == [(1, "a    b"), (3, "c"), (4, "d  ")]


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("python a.py --n 1 --rate=1e-3 --name x --fast", {"n": 1, "rate": 0.001, "name": "x", "fast": True}),
        ("python a.py model.depth=3 +x=y", {"model.depth": 3, "x": "y"}),
        ("python a.py --mode evaluate --data {data}", {"mode": "evaluate"}),
        ("python a.py --size abc --n -3", {"size": "abc", "n": -3}),
        ("python a.py in.csv --n 1", {}),
        ("python a.py -n 1", {}),
        ("python a.py", {}),
    ],
)
def test_the_options_that_are_always_given(line: str, given: dict[str, object]) -> None:
    (found,) = started(line)
    assert given_options(found) == given


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("train.py", "train"),
        ("pkg/trainModel.py", "train"),
        ("fine_tune.py", "train"),
        ("prepare_training_data.py", "prepare"),
        ("plot_training.py", "other"),
        ("evaluation/run.py", "evaluate"),
        ("run_sagemaker.py", "other"),
        ("main.py", "main"),
        ("pkg/__main__.py", "main"),
        ("serve.py", "other"),
        ("churn.py", ""),
    ],
)
def test_what_a_name_says(path: str, role: str) -> None:
    assert role_of(path) == role
