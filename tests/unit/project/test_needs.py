"""Other tools' versions and files in the words of PEP 508, as those tools have them."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from skylift.project.init.needs.conda import requirement
from skylift.project.init.needs.known_names import brought_by, is_known, package_of, same_as
from skylift.project.init.needs.pip_commands import commands
from skylift.project.init.needs.poetry import Inexpressible, constraint

# From the tables in Poetry's documentation.
POETRY = {
    "^1.2.3": ">=1.2.3,<2",
    "^1.2": ">=1.2,<2",
    "^1": ">=1,<2",
    "^0.2.3": ">=0.2.3,<0.3",
    "^0.0.3": ">=0.0.3,<0.0.4",
    "^0.0": ">=0.0,<0.1",
    "^0": ">=0,<1",
    "~1.2.3": ">=1.2.3,<1.3",
    "~1.2": ">=1.2,<1.3",
    "~1": ">=1,<2",
    "*": "",
    "1.*": "==1.*",
    "1.2.*": "==1.2.*",
    "1.2.3": "==1.2.3",
    "==1.2.3": "==1.2.3",
    ">= 1.2.0": ">=1.2.0",
    ">=1.2,<1.5": ">=1.2,<1.5",
    ">= 1.2, < 1.5": ">=1.2,<1.5",
    ">1 !=1.5": ">1,!=1.5",
    "~=1.4.2": "~=1.4.2",
    "^1.0 || ^2.0": ">=2.0,<3",
    "^2!1.0": ">=2!1.0,<2!2",
    "^1.2.3rc1": ">=1.2.3rc1,<2",
}


@pytest.mark.parametrize("text", POETRY)
def test_poetrys_constraints(text: str) -> None:
    assert constraint(text) == POETRY[text]


@pytest.mark.parametrize("text", ["latest", "^a", "~", ">=x", "1.2.3.x.y"])
def test_what_is_no_constraint_is_refused(text: str) -> None:
    with pytest.raises(Inexpressible):
        constraint(text)


@pytest.mark.parametrize("minor", range(1, 12))
def test_a_caret_admits_what_it_names_and_not_the_next(minor: int) -> None:
    found = SpecifierSet(constraint(f"^0.{minor}.1"))
    assert found.contains(Version(f"0.{minor}.9"))
    assert not found.contains(Version(f"0.{minor + 1}.0"))


CONDA = {
    "numpy": "numpy",
    "numpy=1.21": "numpy==1.21.*",
    "numpy==1.21.5": "numpy==1.21.5",
    "numpy=1.21.5=py39h_0": "numpy==1.21.5",
    "conda-forge::numpy >=1.19,<2": "numpy>=1.19,<2",
    "conda-forge/linux-64::numpy": "numpy",
    "numpy 1.21.*": "numpy==1.21.*",
    "numpy 1.21.5 py39_0": "numpy==1.21.5",
    "pytorch=2.1": "torch==2.1.*",
    "OpenCV": "opencv-python-headless",
    "cudatoolkit=11.3": "",
    "ffmpeg": "",
    "libgcc-ng": "",
    "acme": None,
}


@pytest.mark.parametrize("text", CONDA)
def test_condas_packages(text: str) -> None:
    assert requirement(text) == CONDA[text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip install torch numpy", ["torch", "numpy"]),
        ("python3 -m pip install -U 'torch>=2' && pip3 install tqdm; echo", ["torch>=2", "tqdm"]),
        ("uv pip install torch --index-url https://h.example/whl", ["torch"]),
        ("pip install -r requirements.txt -e . ./lib https://h.example/x.whl", []),
        ("pip install --upgrade pip setuptools", []),
        ("pip install <your package> torch", ["torch"]),
        ("pip uninstall torch", []),
        ("pip install 'torch", ["torch"]),
    ],
)
def test_commands_that_people_type(text: str, expected: list[str]) -> None:
    assert list(commands(text)) == expected


def test_names_that_are_never_guessed() -> None:
    for module in ("apex", "detectron2", "flash_attn", "deepspeed", "clip", "utils", "models", "acme"):
        assert package_of(module) == "", module
    assert not is_known("acme")


def test_what_comes_along_comes_along_by_every_name() -> None:
    assert "numpy" in brought_by(same_as("opencv-python"))
    assert {"torch", "numpy", "scipy"} <= brought_by(frozenset({"sentence-transformers"}))
    assert brought_by(frozenset({"acme"})) == {"acme"}
