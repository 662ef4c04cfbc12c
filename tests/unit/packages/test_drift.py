"""How an environment differs from the lock, by names and versions alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from skylift.errors import NotReady
from skylift.packages.drift import drift, facts, in_words
from skylift.values.packages import Drift, Installed, Lock

ROOT = Path("/home/me/it's a project")
MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.7",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1.0-13-amd64",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.11.7",
    "python_version": "3.11",
    "sys_platform": "linux",
}


def package(name: str, version: str = "1.0", **more: Any) -> dict[str, Any]:
    wheel = {
        "url": f"https://x/{name.replace('-', '_')}-{version}-py3-none-any.whl",
        "hashes": {"sha256": "a" * 64},
    }
    return {"name": name, "version": version, "wheels": [wheel], **more}


def lock(*packages: dict[str, Any], **more: Any) -> Lock:
    data = {"lock-version": "1.0", "created-by": "test", "packages": list(packages), **more}
    return Lock(ROOT / "pylock.skylift.toml", "d", data)


def found(asked: Lock, here: Mapping[str, str], folders: Mapping[str, str] | None = None) -> Drift:
    installed = Installed("3.11.7", "f", here, folders or {}, MARKERS)
    return drift(asked, installed, root=ROOT, python="3.11")


def test_an_environment_from_the_lock_does_not_differ() -> None:
    here = {"numpy": "1.0", "pip": "24.0", "setuptools": "68.1", "wheel": "0.43"}
    assert not found(lock(package("numpy")), here)


def test_what_differs_is_told_in_a_line() -> None:
    asked = lock(
        package("numpy", "2.1.0"), package("scipy"), package("tqdm"), package("joblib"), package("dill")
    )
    differs = found(asked, {"numpy": "1.26.4", **{f"tool{n}": "1" for n in range(12)}})
    assert in_words(differs) == "numpy 1.26.4 (lock 2.1.0), 4 missing, 12 not in the lock"


def test_few_are_named_and_many_counted() -> None:
    changed = {f"p{n}": ("1", "2") for n in range(5)}
    words = in_words(Drift(changed=changed, missing=("a",), extra=("b", "c")))
    assert words == (
        "p0 1 (lock 2), p1 1 (lock 2), p2 1 (lock 2), 2 more at other versions, "
        "1 missing (a), 2 not in the lock (b, c)"
    )


def test_what_the_lock_has_for_other_machines_is_not_missing() -> None:
    asked = lock(
        package("pywin32", marker="sys_platform == 'win32'"),
        package("nvidia-cudnn", marker="platform_machine == 'x86_64' and sys_platform == 'linux'"),
        package("tomli", marker="python_version < '3.11'"),
        package("numpy", "1.24", marker="python_full_version < '3.9'"),
        package("numpy", "2.1", marker="python_full_version >= '3.9'"),
    )
    assert found(asked, {"numpy": "2.1"}) == Drift(missing=("nvidia-cudnn",))


@pytest.mark.parametrize(
    ("here", "locked", "differs"),
    [
        ("2.1.0+cpu", "2.1.0", False),
        ("2.1.0", "2.1.0+cpu", True),
        ("2.1.0+cu121", "2.1.0+cpu", True),
        ("2.1", "2.1.0", False),
        ("2.1.0rc1", "2.1.0", True),
        ("not a version", "2.1.0", True),
    ],
)
def test_versions_are_compared_as_pip_compares_them(here: str, locked: str, differs: bool) -> None:  # noqa: FBT001
    assert bool(found(lock(package("torch", locked)), {"torch": here}).changed) == differs


def test_the_project_itself_is_in_no_lock() -> None:
    assert not found(lock(), {"flights": "0.1"}, {"flights": "file:///home/me/it%27s%20a%20project"})
    assert found(lock(), {"other": "0.1"}, {"other": "file:///home/me/other"}) == Drift(extra=("other",))


def test_another_python_than_the_projects_is_compared_with_what_that_one_would_have() -> None:
    asked = lock(package("numpy", "2.1", marker="python_full_version == '3.11.*'"))
    installed = Installed("3.12.1", "f", {"numpy": "2.0"}, {}, {**MARKERS, "python_full_version": "3.12.1"})
    words = in_words(drift(asked, installed, root=ROOT, python="3.11"))
    assert words == "Python 3.12.1 (lock 3.11), numpy 2.0 (lock 2.1)"


def test_a_package_from_a_folder_may_have_any_version() -> None:
    asked = lock({"name": "lib", "directory": {"path": "lib", "editable": True}})
    assert not found(asked, {"lib": "9.9.dev1"})


def test_what_is_no_lock_is_said() -> None:
    with pytest.raises(NotReady, match="not a valid lock"):
        found(lock({"name": "a"}), {})


def test_the_record_stays_small() -> None:
    many = tuple(f"p{n}" for n in range(500))
    kept = facts(Drift(missing=many, extra=many, changed=dict.fromkeys(many, ("1", "2"))))
    assert [len(kept[key]) for key in ("missing", "extra", "changed")] == [40, 40, 40]  # type: ignore[arg-type]
    assert str(kept["text"]).endswith("497 more at other versions, 500 missing, 500 not in the lock")
