"""Locks of projects whose config names packages itself, and locks that are renewed on purpose."""

from __future__ import annotations

import json

import pytest
from tests.functional.packages.place import Place, place, versions
from tests.functional.packages.tiny_wheels import make_wheel
from tests.functional.registry.scripted_server import Answer, serving

from skylift.errors import LockStale, UsageError
from skylift.packages.select import select
from skylift.values.packages import Environment, Upgrade

__all__ = ["place"]
PROJECT = """
[project]
name = "p"
version = "0"
dependencies = ["alpha"]
optional-dependencies = { train = ["gamma"] }
[dependency-groups]
train = ["delta"]
"""
POETRY = """
[tool.poetry]
name = "p"
[tool.poetry.dependencies]
python = "^3.9"
alpha = "^1.0"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""


def test_dependencies_of_the_config_are_locked_without_a_build_backend(place: Place) -> None:
    place.write("pyproject.toml", POETRY)
    lock = place.lock(dependencies=("alpha>=1.0,<2.0",))
    assert versions(lock) == {"alpha": "1.0", "beta": "1.0"}
    assert place.lock(dependencies=("alpha>=1.0,<2.0",), locked=True) == lock
    with pytest.raises(LockStale):
        place.lock(dependencies=("alpha>=1.0",), locked=True)


def test_dependencies_of_the_config_stand_beside_all_others(place: Place) -> None:
    place.write("requirements.txt", "alpha\n")
    assert set(versions(place.lock("requirements.txt", dependencies=("gamma",)))) == {
        "alpha",
        "beta",
        "gamma",
    }
    place.write("pyproject.toml", PROJECT)
    assert set(versions(place.lock(dependencies=("delta",)))) == {"alpha", "beta", "delta"}


def test_a_requirements_file_beside_the_projects_own(place: Place) -> None:
    place.write("requirements.txt", "gamma\n")
    place.write("pyproject.toml", PROJECT)
    both = ("pyproject.toml", "requirements.txt")
    assert set(versions(place.lock(*both))) == {"alpha", "beta", "gamma"}
    place.write("pyproject.toml", PROJECT + "[tool.skylift]\n")
    place.lock(*both, locked=True)
    place.write("pyproject.toml", PROJECT.replace("alpha", "delta"))
    with pytest.raises(LockStale):
        place.lock(*both, locked=True)


def test_extras_and_groups(place: Place) -> None:
    place.write("pyproject.toml", PROJECT)
    assert set(versions(place.lock())) == {"alpha", "beta"}
    assert set(versions(place.lock(extras=("train",)))) == {"alpha", "beta", "gamma"}
    assert set(versions(place.lock(groups=("train",)))) == {"alpha", "beta", "delta"}
    place.lock(groups=("train",), locked=True)
    place.write("pyproject.toml", PROJECT.replace("delta", "gamma"))
    with pytest.raises(LockStale):
        place.lock(groups=("train",), locked=True)
    place.write("requirements.txt", "beta\n")
    assert set(versions(place.lock("requirements.txt", groups=("train",)))) == {"beta", "gamma"}
    assert set(versions(place.lock("requirements.txt", extras=("train",)))) == {"alpha", "beta", "gamma"}


def test_a_folder_of_the_project_is_named_relative_to_it(place: Place) -> None:
    place.write(
        "libs/own/pyproject.toml", '[project]\nname = "own"\nversion = "0"\ndependencies = ["gamma"]\n'
    )
    lock = place.lock(dependencies=("own @ ./libs/own",))
    assert {package["name"] for package in lock.data["packages"]} == {"own", "gamma"}  # type: ignore[attr-defined]
    assert str(place.root) not in place.text


@pytest.mark.parametrize("line", ["-e .", ".", "-e ./", "--editable=."])
def test_the_project_itself_is_in_no_lock_and_what_it_needs_is(place: Place, line: str) -> None:
    place.write("requirements.txt", f"{line}\ngamma\n")
    place.write("pyproject.toml", '[project]\nname = "p"\nversion = "0"\ndependencies = ["alpha"]\n')
    lock = place.lock("requirements.txt")
    assert set(versions(lock)) == {"alpha", "beta", "gamma"}
    assert {wheel.name for wheel in select(lock, Environment("3.11"))} == {"alpha", "beta", "gamma"}
    place.write("pyproject.toml", '[project]\nname = "p"\nversion = "0"\ndependencies = ["delta"]\n')
    with pytest.raises(LockStale):
        place.lock("requirements.txt", locked=True)


def test_a_project_that_asks_for_nothing_but_itself(place: Place) -> None:
    place.write("requirements.txt", "-e .\n")
    place.write("pyproject.toml", '[project]\nname = "p"\nversion = "0"\n')
    assert versions(place.lock("requirements.txt")) == {}


def test_a_password_in_a_dependency_does_not_reach_the_lock(place: Place) -> None:
    wheel = make_wheel(place.wheels, "kept", "1.0")
    with serving(lambda seen: Answer(200, wheel.read_bytes() if seen.method == "GET" else b"")) as server:
        line = f"kept @ http://bob:hunter2@{server.host}/{wheel.name}"
        place.lock(dependencies=(line,), environment={"UV_OFFLINE": "0"})
        assert any("Authorization" in seen.headers for seen in server.seen)
    assert server.host in place.text
    assert "hunter2" not in place.text


def test_versions_stay_until_an_upgrade(place: Place) -> None:
    place.write("requirements.txt", "alpha\ngamma\n")
    place.lock("requirements.txt")
    make_wheel(place.wheels, "beta", "1.1")
    make_wheel(place.wheels, "gamma", "2.1")
    assert versions(place.lock("requirements.txt"))["beta"] == "1.0"
    place.said.clear()
    upgraded = versions(place.lock("requirements.txt", upgrade=Upgrade(("Beta",))))
    assert (upgraded["beta"], upgraded["gamma"]) == ("1.1", "2.0")
    assert place.said[0].what == "pylock.skylift.toml: beta 1.0 -> 1.1"
    assert versions(place.lock("requirements.txt", upgrade=Upgrade()))["gamma"] == "2.1"
    with pytest.raises(UsageError, match="nowhere"):
        place.lock("requirements.txt", upgrade=Upgrade(("nowhere",)))


OTHERS = {
    "uv.lock": 'version = 1\n[[package]]\nname = "alpha"\nversion = "1.0"\n',
    "poetry.lock": '[[package]]\nname = "Alpha"\nversion = "1.0"\n',
    "pdm.lock": '[[package]]\nname = "alpha"\nversion = "1.0"\n',
    "pylock.toml": '[[packages]]\nname = "alpha"\nversion = "1.0"\n',
    "Pipfile.lock": json.dumps({"default": {"alpha": {"version": "==1.0"}, "odd": "*"}}),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_first_lock_begins_with_the_versions_of_another(place: Place, other: str) -> None:
    make_wheel(place.wheels, "alpha", "1.5")
    place.write(other, OTHERS[other])
    assert versions(place.lock(dependencies=("alpha",))) == {"alpha": "1.0"} | {"beta": "1.0"}
    assert other in place.said[0].what
    # What does not fit any more does not hold it up.
    assert versions(place.lock(dependencies=("alpha>1",)))["alpha"] == "1.5"


@pytest.mark.parametrize("text", ["", "[[[", '{"default": []}', "package = 1", "\0"])
@pytest.mark.parametrize("other", ["uv.lock", "Pipfile.lock"])
def test_another_lock_that_can_not_be_read_is_none(place: Place, other: str, text: str) -> None:
    place.write(other, text)
    assert versions(place.lock(dependencies=("gamma",))) == {"gamma": "2.0"}


def test_the_lock_at_the_top_of_a_repository_counts_and_none_above(place: Place) -> None:
    make_wheel(place.wheels, "gamma", "3.0")
    (place.root.parent / "uv.lock").write_text('[[package]]\nname = "gamma"\nversion = "2.0"\n')
    (place.root / ".git").mkdir()
    assert versions(place.lock(dependencies=("gamma",)))["gamma"] == "3.0"
    (place.root / ".git").rename(place.root.parent / ".git")
    place.path.unlink()
    assert versions(place.lock(dependencies=("gamma",)))["gamma"] == "2.0"
