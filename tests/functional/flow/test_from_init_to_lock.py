"""Projects whose needs uv does not read itself: what ``init`` proposes can be locked."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.pylock import Pylock
from tests.functional.packages.tiny_wheels import alone_with, make_wheel

from skylift.flow.project import Project
from skylift.flow.world import World
from skylift.project.init.detect import detect
from skylift.project.init.write import write_config

SHAPES = {
    "Poetry": {
        "pyproject.toml": """
[tool.poetry]
name = "p"
[tool.poetry.dependencies]
python = "^3.9"
numpy = "^1.20"
tqdm = { version = "*", optional = true }
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
""",
        "poetry.lock": '[[package]]\nname = "numpy"\nversion = "1.24"\n',
    },
    "conda": {"environment.yml": "dependencies:\n- python=3.11\n- numpy=1.24\n- cudnn\n- pip:\n  - tqdm\n"},
    "Pipenv": {"Pipfile": '[packages]\nnumpy = "~=1.20"\n'},
    "setup.py": {"setup.py": "from setuptools import setup\nsetup(install_requires=['numpy<2'])\n"},
    "the project itself": {
        "requirements.txt": "-e .[more]\n",
        "pyproject.toml": '[project]\nname = "p"\nversion = "0"\ndependencies = ["numpy<2"]\n'
        'optional-dependencies = { more = ["tqdm"] }\n',
    },
    "an extra": {
        "pyproject.toml": '[project]\nname = "p"\nversion = "0"\ndependencies = ["numpy<2"]\n'
        'optional-dependencies = { train = ["tqdm"] }\n',
    },
    "nothing": {"README.md": "`pip install 'numpy<2'`\n"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_proposed_can_be_locked(tmp_path: Path, shape: str) -> None:
    wheels = tmp_path / "wheels"
    for name, version in (("numpy", "1.24"), ("numpy", "1.26"), ("numpy", "2.0"), ("tqdm", "4.0")):
        make_wheel(wheels, name, version)
    root = tmp_path / "it's a project"
    root.mkdir()
    source = "import numpy, tqdm\nif __name__ == '__main__':\n    pass\n"
    for name, text in {**SHAPES[shape], "train.py": source}.items():
        (root / name).write_text(text)
    write_config(root, detect(root))
    world = World(alone_with(wheels, tmp_path), tmp_path)
    lock = Project.load(root, world=world).lock()
    found = {package.name: str(package.version) for package in Pylock.from_dict(lock.data).packages}
    assert found == {"numpy": "1.24" if shape in ("Poetry", "conda") else "1.26", "tqdm": "4.0"}
    assert Project.load(root, world=world, locked=True).lock() == lock
