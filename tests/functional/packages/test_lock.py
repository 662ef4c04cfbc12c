"""Locking real folders by the real uv, from wheels that lie beside them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.pylock import Pylock
from tests.functional.packages.place import PYTHON, Place, place, versions
from tests.functional.packages.tiny_wheels import make_wheel
from tests.functional.registry.scripted_server import Answer, Seen, serving

from skylift.errors import LockStale, NotReady, RemoteError, SkyliftError
from skylift.packages.lock import LOCK_NAME, lock_project
from skylift.packages.select import select
from skylift.values.packages import Asked, Environment
from skylift.values.progress import silent

__all__ = ["place"]


def test_absent_lock_is_made_and_asks_to_be_committed(place: Place) -> None:
    place.write("requirements.txt", "alpha\ngamma; sys_platform == 'win32'\n")
    lock = place.lock("requirements.txt")
    assert versions(lock) == {"alpha": "1.0", "beta": "1.0", "gamma": "2.0"}
    assert lock.path == place.root / LOCK_NAME
    assert "commit this" in place.said[0].what
    assert sorted(path.name for path in place.root.iterdir()) == [LOCK_NAME, "requirements.txt"]
    Pylock.from_dict(lock.data).validate()


def test_unchanged_lock_is_left_alone(place: Place) -> None:
    place.write("requirements.txt", "alpha\n")
    first = place.lock("requirements.txt")
    stamp = first.path.stat().st_mtime_ns
    place.said.clear()
    # A new version alone changes nothing.
    make_wheel(place.wheels, "beta", "1.1")
    assert place.lock("requirements.txt", locked=True) == first
    assert first.path.stat().st_mtime_ns == stamp
    assert place.said == []


def test_lock_names_no_machine(place: Place) -> None:
    place.write("requirements.txt", "alpha\n")
    place.lock("requirements.txt")
    assert "pip compile" not in place.text
    assert str(place.root) not in place.text


def test_stale_lock_keeps_the_versions_it_can(place: Place) -> None:
    place.write("requirements.txt", "alpha\n")
    place.lock("requirements.txt")
    make_wheel(place.wheels, "beta", "1.1")
    place.write("requirements.txt", "alpha\ngamma\n")
    place.said.clear()
    assert versions(place.lock("requirements.txt")) == {"alpha": "1.0", "beta": "1.0", "gamma": "2.0"}
    assert "changed requirements" in place.said[0].what


@pytest.mark.parametrize("change", ["requirements", "include", "python", "settings"])
def test_stale_lock_is_refused_when_locked(place: Place, change: str) -> None:
    place.write("requirements.txt", "-r more/base.txt\nalpha\n")
    place.write("more/base.txt", "gamma\n")
    before = place.lock("requirements.txt")
    python = PYTHON
    if change == "requirements":
        place.write("requirements.txt", "-r more/base.txt\nalpha<2\n")
    elif change == "include":
        place.write("more/base.txt", "gamma<3\n")
    elif change == "settings":
        place.write("pyproject.toml", '[tool.uv]\noverride-dependencies = ["beta<9"]\n')
    else:
        python = "3.9"
    text = place.text
    with pytest.raises(LockStale) as caught:
        place.lock("requirements.txt", python=python, locked=True)
    assert caught.value.exit_code == 3
    assert caught.value.hints
    assert place.text == text
    assert before.path.exists()


@pytest.mark.parametrize("text", ["alpha  # why\n\n", "# a remark\n\n  alpha\r\n", "\ufeffalpha"])
def test_remarks_do_not_make_a_lock_stale(place: Place, text: str) -> None:
    place.write("requirements.txt", "alpha\n")
    place.lock("requirements.txt")
    place.write("requirements.txt", text)
    place.lock("requirements.txt", locked=True)


def test_absent_lock_is_refused_when_locked(place: Place) -> None:
    place.write("requirements.txt", "alpha\n")
    with pytest.raises(LockStale, match="there is no"):
        place.lock("requirements.txt", locked=True)
    assert not (place.root / LOCK_NAME).exists()


def test_lock_with_a_merge_conflict_is_made_anew(place: Place) -> None:
    place.write("requirements.txt", "alpha\n")
    place.lock("requirements.txt")
    place.write(LOCK_NAME, "<<<<<<< HEAD\n" + place.text)
    with pytest.raises(LockStale, match="not TOML"):
        place.lock("requirements.txt", locked=True)
    assert versions(place.lock("requirements.txt")) == {"alpha": "1.0", "beta": "1.0"}


def test_dependencies_of_the_project_are_locked_without_requirements(place: Place) -> None:
    place.write("pyproject.toml", '[project]\nname = "p"\nversion = "0"\ndependencies = ["alpha"]\n')
    assert versions(place.lock()) == {"alpha": "1.0", "beta": "1.0"}
    place.write("pyproject.toml", '[project]\nname = "p"\nversion = "1"\ndependencies = ["alpha"]\n')
    place.lock(locked=True)
    place.write("pyproject.toml", '[project]\nname = "p"\nversion = "1"\ndependencies = ["gamma"]\n')
    with pytest.raises(LockStale):
        place.lock(locked=True)


@pytest.mark.parametrize("pyproject", [None, "[tool.skylift]\n", '[project]\nname = "p"\nversion = "0"\n'])
def test_project_that_needs_nothing_gets_an_empty_lock(place: Place, pyproject: str | None) -> None:
    if pyproject is not None:
        place.write("pyproject.toml", pyproject)
    lock = place.lock()
    assert versions(lock) == {}
    Pylock.from_dict(lock.data).validate()
    assert place.lock(locked=True) == lock


def test_digest_does_not_depend_on_where_packages_lie(place: Place, tmp_path: Path) -> None:
    place.write("requirements.txt", "alpha\n")
    first = place.lock("requirements.txt")
    mirror = tmp_path / "mirror"
    place.wheels.rename(mirror)
    (place.root / LOCK_NAME).unlink()
    second = place.lock("requirements.txt", environment={"UV_FIND_LINKS": str(mirror)})
    assert second.data != first.data
    assert second.digest == first.digest
    make_wheel(mirror, "beta", "1.1")
    (place.root / LOCK_NAME).unlink()
    assert place.lock("requirements.txt", environment={"UV_FIND_LINKS": str(mirror)}).digest != first.digest


def test_package_that_does_not_exist_is_told_in_uvs_words(place: Place) -> None:
    place.write("requirements.txt", "alpha\nnosuchthing==9\n")
    with pytest.raises(NotReady, match="nosuchthing") as caught:
        place.lock("requirements.txt")
    assert caught.value.exit_code == 3
    assert [path.name for path in place.root.iterdir()] == ["requirements.txt"]


def test_conflict_is_told_in_uvs_words(place: Place) -> None:
    place.write("requirements.txt", "alpha\nbeta<1\n")
    with pytest.raises(NotReady, match="beta"):
        place.lock("requirements.txt")


def test_failed_lock_leaves_the_old_one(place: Place) -> None:
    place.write("requirements.txt", "alpha\n")
    place.lock("requirements.txt")
    text = place.text
    place.write("requirements.txt", "nosuchthing\n")
    with pytest.raises(NotReady):
        place.lock("requirements.txt")
    assert place.text == text
    assert sorted(path.name for path in place.root.iterdir()) == [LOCK_NAME, "requirements.txt"]


def test_index_that_can_not_be_reached_is_a_remote_error_without_the_password(place: Place) -> None:
    place.write("requirements.txt", "--index-url http://bob:hunt@er2@127.0.0.1:1/simple\nalpha\n")
    with pytest.raises(RemoteError) as caught:
        place.lock("requirements.txt", environment={"UV_OFFLINE": "0"})
    assert caught.value.temporary
    assert "127.0.0.1:1" in str(caught.value)
    assert "er2" not in str(caught.value) + repr(caught.value.facts) + repr(caught.value.__cause__)


def test_password_in_a_requirement_does_not_reach_the_lock(place: Place) -> None:
    wheel = place.wheels / "beta-1.0-py3-none-any.whl"
    with serving(lambda seen: _play_index(seen, wheel.read_bytes())) as server:
        address = f"beta @ http://bob:hunter2@{server.host}/{wheel.name}"
        place.write(
            "requirements.txt", f"--extra-index-url http://bob:hunter2@{server.host}/simple\n{address}\n"
        )
        lock = place.lock("requirements.txt", environment={"UV_OFFLINE": "0"})
        assert any("Authorization" in seen.headers for seen in server.seen)
    assert "hunter2" not in place.text
    (found,) = select(lock, Environment(PYTHON))
    assert found.url == f"http://{server.host}/{wheel.name}"


def _play_index(seen: Seen, wheel: bytes) -> Answer:
    if not seen.path.endswith(".whl"):
        return Answer(404)
    return Answer(200, wheel) if seen.method == "GET" else Answer(200)


def test_password_in_a_requirement_does_not_reach_the_error(place: Place) -> None:
    with serving(lambda _: Answer(403)) as server:
        place.write(
            "requirements.txt", f"beta @ http://bob:hunter2@{server.host}/beta-1.0-py3-none-any.whl\n"
        )
        with pytest.raises(SkyliftError) as caught:
            place.lock("requirements.txt", environment={"UV_OFFLINE": "0"})
    assert "hunter2" not in str(caught.value) + repr(caught.value.facts) + repr(caught.value.__cause__)
    assert [path.name for path in place.root.iterdir()] == ["requirements.txt"]


def test_missing_include_is_named(place: Place) -> None:
    place.write("requirements.txt", "-c constraints.txt\nalpha\n")
    with pytest.raises(NotReady, match=r"constraints\.txt"):
        place.lock("requirements.txt")
    with pytest.raises(NotReady, match=r"other\.txt"):
        place.lock("other.txt")


def test_includes_that_go_round_in_circles_end(place: Place) -> None:
    place.write("requirements.txt", "-r requirements.txt\nalpha\n")
    assert versions(place.lock("requirements.txt")) == {"alpha": "1.0", "beta": "1.0"}


def _lock_in_a_process(root: Path, environment: Mapping[str, str]) -> str:
    asked = Asked(PYTHON, ("requirements.txt",))
    return lock_project(root, asked, environment=environment, report=silent).digest


def test_two_processes_at_once_agree(place: Place) -> None:
    place.write("requirements.txt", "alpha\ngamma\n")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(_lock_in_a_process, [(place.root, place.environment)] * 4)
    assert len(set(found)) == 1
    assert sorted(path.name for path in place.root.iterdir()) == [LOCK_NAME, "requirements.txt"]
