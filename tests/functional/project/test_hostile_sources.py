"""Programs that nobody should write: reading them says less, and ends."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder
from tests.functional.project.judge import schema

CLASSES = "from dataclasses import dataclass, field\n"


@pytest.mark.parametrize(
    "text",
    [
        "from other import main\nmain()\n",
        "import tyro\nfrom other import A\ntyro.cli(A)\n",
        CLASSES
        + "import tyro\n@dataclass\nclass A:\n    a: 'A' = field(default_factory=lambda: A())\ntyro.cli(A)\n",
        CLASSES + "import tyro\n@dataclass\nclass A(B): ...\n@dataclass\nclass B(A): ...\ntyro.cli(A)\n",
        "import tyro\nA = B\nB = A\ntyro.cli(A)\n",
        "import click\na = b\nb = a\n@a\n@click.command()\ndef main(): ...\nmain()\n",
        "import click\ndef add(f):\n    return add(f)\n@add\n@click.command()\ndef main(): ...\nmain()\n",
        "import click\n@click.group()\ndef main(): ...\nmain.add_command(main)\nmain()\n",
        "import typer\napp = typer.Typer()\napp.add_typer(app, name='x')\napp()\n",
        "import fire\nX = X\nfire.Fire(X)\n",
        "from absl import app, flags as f\nf = f\nf.DEFINE_string(f'{f}', 1)\napp.run()\n",
        "import hydra\n@hydra.main(config_path='/', config_name='etc/passwd')\ndef main(c): ...\nmain()\n",
        "import hydra\n@hydra.main(config_path='../..', config_name='x')\ndef main(c): ...\nmain()\n",
        "from omegaconf import OmegaConf\nOmegaConf.from_cli()\nOmegaConf.load('bomb.yaml')\n",
        "import sys\nprint(sys.argv[99999999])\n"
        if False
        else "import sys\nprint(sys.argv[-1], sys.argv[1:])\n",
        "exec(open('train.py').read())\n",
        "import click\nfor i in range(10 ** 9):\n    click.option(f'--{i}')\n",
        "x = " + "(" * 150 + ")" * 150 + "\n",
        "import tyro\ntyro.cli(" + "list[" * 60 + "int" + "]" * 60 + ")\n",
    ],
)
def test_it_ends(project: Folder, text: str) -> None:
    merges = "".join(f"m{n}: &m{n}\n  <<: [*m{n - 1}, *m{n - 1}]\n  k{n}: 1\n" for n in range(1, 40))
    project.write("bomb.yaml", "m0: &m0 {a: 1}\n" + merges)
    project.write("other.py", "from train import main, A\nfrom other import main as main\n")
    project.write("train.py", text)
    found = schema(project)
    assert len(found.parameters) < 6000


@pytest.mark.parametrize(
    "value", ["&a [*a]", "!!python/object/apply:os.system [exit]", "[" * 3000, "2026-13-45", "{? [a] : b}"]
)
def test_configs_that_are_none(project: Folder, value: str) -> None:
    project.write("conf/config.yaml", f"x: 1\ny: {value}\n")
    project.write(
        "train.py",
        "import hydra\n@hydra.main(config_path='conf', config_name='config')\ndef main(c): ...\nmain()\n",
    )
    assert schema(project).source == "hydra"


def test_a_place_that_is_far_away_makes_no_list_of_a_million(project: Folder) -> None:
    project.write("train.py", "import sys\nprint(sys.argv[99999999])\n")
    assert len(schema(project).parameters) <= 100


@pytest.mark.parametrize("name", ["a.json", "a.toml", "a.ini", "a.yaml"])
def test_files_of_settings_that_are_broken(project: Folder, name: str) -> None:
    project.write("train.py", f"print(open('{name}'))\n")
    for text in ("{[", "\0", "x: [", "a\nb: {", "[a]\n[a]\n"):
        project.write(name, text)
        assert schema(project).remarks == ()
