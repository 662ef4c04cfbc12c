"""Environments made from a lock by the real uv, and what is installed in them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.functional.packages.tiny_wheels import alone_with, make_wheel

from skylift.errors import NotReady
from skylift.packages.interpreters import look_at
from skylift.packages.isolated import isolated_environment
from skylift.packages.lock import lock_project
from skylift.values.packages import Asked, Lock
from skylift.values.progress import silent

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


def lock_in(folder: Path, requirements: str, environment: Mapping[str, str]) -> Lock:
    folder.mkdir(exist_ok=True)
    (folder / "requirements.txt").write_text(requirements)
    return lock_project(folder, Asked(PYTHON, ("requirements.txt",)), environment=environment, report=silent)


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    wheels = tmp_path / "wheels"
    make_wheel(wheels, "alpha", "1.0", requires=["beta"])
    make_wheel(wheels, "beta", "1.0")
    return alone_with(wheels, tmp_path)


def made(lock: Lock, cache: Path, environment: Mapping[str, str]) -> Path:
    return isolated_environment(lock, python=PYTHON, cache=cache, environment=environment, report=silent)


def test_environment_has_what_the_lock_says(tmp_path: Path, environment: Mapping[str, str]) -> None:
    python = made(lock_in(tmp_path / "p q", "alpha", environment), tmp_path / "a cache", environment)
    said = subprocess.run(
        [python, "-c", "import alpha, beta; print(alpha.VERSION, beta.VERSION)"],
        capture_output=True,
        check=True,
    )
    assert said.stdout == b"1.0 1.0\n"


def test_environment_is_made_once_and_again_when_it_is_not_whole(
    tmp_path: Path, environment: Mapping[str, str]
) -> None:
    lock = lock_in(tmp_path / "p", "alpha", environment)
    python = made(lock, tmp_path / "cache", environment)
    folder = python.parent.parent
    (folder / "mine").write_text("")
    # Without a network, wheels or programs: nothing is asked any more.
    assert made(lock, tmp_path / "cache", {}) == python
    assert (folder / "mine").exists()
    (folder / "skylift-complete").unlink()
    assert made(lock, tmp_path / "cache", environment) == python
    assert not (folder / "mine").exists()


def test_environment_without_packages(tmp_path: Path, environment: Mapping[str, str]) -> None:
    lock = lock_in(tmp_path / "p", "", environment)
    assert made(lock, tmp_path / "cache", environment).exists()


def test_environment_that_can_not_be_made_is_not_taken_for_one(
    tmp_path: Path, environment: Mapping[str, str]
) -> None:
    lock = lock_in(tmp_path / "p", "alpha", environment)
    make_wheel(tmp_path / "wheels", "beta", "1.0", requires=["alpha"])
    for _ in range(2):
        with pytest.raises(NotReady, match=r"(?i)hash mismatch for `beta"):
            made(lock, tmp_path / "cache", {**environment, "UV_CACHE_DIR": str(tmp_path / "uv2")})


def test_python_that_is_not_there(tmp_path: Path, environment: Mapping[str, str]) -> None:
    lock = lock_in(tmp_path / "p", "alpha", environment)
    with pytest.raises(
        NotReady, match=r"Python 3\.99 is not on this machine, .*there is .*\b3\.\d+"
    ) as caught:
        isolated_environment(
            lock, python="3.99", cache=tmp_path / "cache", environment=environment, report=silent
        )
    assert len(str(caught.value).splitlines()) == 1
    assert "--python" in caught.value.hints[0]


def test_freeze_hash_follows_what_is_installed(tmp_path: Path, environment: Mapping[str, str]) -> None:
    with_alpha = made(lock_in(tmp_path / "p", "alpha", environment), tmp_path / "cache", environment)
    again = made(lock_in(tmp_path / "q", "alpha", environment), tmp_path / "cache2", environment)
    with_beta = made(lock_in(tmp_path / "r", "beta", environment), tmp_path / "cache", environment)
    found = look_at(with_alpha)
    assert found.python.startswith(f"{PYTHON}.")
    assert len(found.freeze) == 64
    assert found.packages == {"alpha": "1.0", "beta": "1.0"}
    assert found.markers["python_version"] == PYTHON
    assert look_at(again) == found
    assert look_at(with_beta).freeze != found.freeze


def test_freeze_hash_of_what_is_no_python(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"not installed"):
        look_at(tmp_path / "none")
    with pytest.raises(NotReady, match="does not work"):
        look_at(Path("/bin/false"))
    (tmp_path / "text").write_text("")
    with pytest.raises(NotReady, match="does not work"):
        look_at(tmp_path / "text")
