"""Which wheels a target gets, whatever machine this is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skylift.errors import NotReady
from skylift.packages.lock import locked_names
from skylift.packages.select import select, target_tags
from skylift.values.packages import Environment, Lock

SHA = "a" * 64
INTEL = Environment(python="3.11")


def package(name: str, *tags: str, **more: Any) -> dict[str, Any]:
    host = more.pop("host", "https://files.example/x")
    wheels = [{"url": f"{host}/{name}-1.0-{tag}.whl", "size": 5, "hashes": {"sha256": SHA}} for tag in tags]
    return {"name": name, "version": "1.0", **({"wheels": wheels} if wheels else {}), **more}


def sdist(name: str) -> dict[str, Any]:
    return {"url": f"https://files.example/{name}-1.0.tar.gz", "hashes": {"sha256": SHA}}


def lock(*packages: dict[str, Any], **more: Any) -> Lock:
    data = {"lock-version": "1.0", "created-by": "test", "packages": list(packages), **more}
    return Lock(Path("/p/pylock.skylift.toml"), "d", data)


def chosen(target: Environment, *packages: dict[str, Any]) -> list[str]:
    return [wheel.filename for wheel in select(lock(*packages), target)]


def test_wheels_are_sorted_by_name() -> None:
    found = select(lock(package("b", "py3-none-any"), package("a", "py3-none-any")), INTEL)
    assert [wheel.name for wheel in found] == ["a", "b"]
    assert (found[0].version, found[0].size, found[0].sha256) == ("1.0", 5, SHA)


def test_nothing_is_selected_from_an_empty_lock() -> None:
    assert select(lock(), INTEL) == ()


@pytest.mark.parametrize(
    ("target", "tag"),
    [
        (INTEL, "cp311-cp311-manylinux_2_28_x86_64"),
        (Environment("3.11", glibc=(2, 17)), "cp311-cp311-manylinux2014_x86_64"),
        (Environment("3.11", glibc=(2, 12)), "cp311-cp311-manylinux1_x86_64"),
        (Environment("3.12"), "cp38-abi3-manylinux_2_17_x86_64"),
        (Environment("3.11", "aarch64"), "cp311-cp311-manylinux_2_28_aarch64"),
        (Environment("3.13"), "cp38-abi3-manylinux_2_17_x86_64"),
        (Environment("3.9"), "py3-none-any"),
    ],
)
def test_best_wheel_for_a_target(target: Environment, tag: str) -> None:
    tags = [
        "cp311-cp311-macosx_11_0_arm64",
        "cp311-cp311-win_amd64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp311-cp311-manylinux1_x86_64",
        "cp311-cp311-manylinux2014_x86_64",
        "cp311-cp311-manylinux_2_28_x86_64",
        "cp311-cp311-manylinux_2_28_aarch64",
        "cp313-cp313t-manylinux_2_28_x86_64",
    ]
    if target.python in ("3.12", "3.13"):
        tags.append("cp38-abi3-manylinux_2_17_x86_64")
    tags.append("py3-none-any")
    assert chosen(target, package("a", *tags)) == [f"a-1.0-{tag}.whl"]


def test_markers_are_those_of_the_target() -> None:
    found = chosen(
        Environment("3.10", "aarch64"),
        package("windows", "py3-none-any", marker="sys_platform == 'win32'"),
        package("intel", "py3-none-any", marker="platform_machine == 'x86_64'"),
        package("old", "py3-none-any", marker="python_full_version < '3.11'"),
        package("linux", "py3-none-any", marker="sys_platform == 'linux' and os_name == 'posix'"),
        package("pypy", "py3-none-any", marker="implementation_name == 'pypy'"),
    )
    assert found == ["linux-1.0-py3-none-any.whl", "old-1.0-py3-none-any.whl"]


def test_packages_without_a_fitting_wheel_are_all_named() -> None:
    broken = lock(
        package("only-source", sdist=sdist("only_source")),
        package("for-windows", sdist=sdist("for_windows"), wheels=[
            {"url": "https://x/for_windows-1.0-cp311-cp311-win_amd64.whl", "hashes": {"sha256": SHA}}
        ]),
        {"name": "from-git", "version": "1.0", "vcs": {"type": "git", "url": "https://x/r", "commit-id": "c0"}},
        package("good", "py3-none-any"),
    )  # fmt: skip
    with pytest.raises(NotReady) as caught:
        select(broken, INTEL)
    said = str(caught.value)
    assert "`for-windows`, `from-git`, `only-source`" in said
    assert "Python 3.11 on Linux x86_64" in said
    assert "`good`" not in said
    assert len(caught.value.hints) == 3


def test_package_with_foreign_wheels_only_is_named() -> None:
    with pytest.raises(NotReady, match="'a'"):
        select(lock(package("a", "cp311-cp311-win_amd64")), INTEL)


def test_lock_for_a_newer_python_is_refused() -> None:
    with pytest.raises(NotReady, match=r"3\.10"):
        select(lock(package("a", "py3-none-any"), **{"requires-python": ">=3.11"}), Environment("3.10"))


def test_text_that_is_no_lock_is_refused() -> None:
    with pytest.raises(NotReady, match="not a valid lock"):
        select(Lock(Path("/p/pylock.skylift.toml"), "d", {"lock-version": "1.0"}), INTEL)


def test_userinfo_is_left_out_of_urls() -> None:
    (found,) = select(lock(package("a", "py3-none-any", host="https://u:hunt@er2@h.example:8/p")), INTEL)
    assert found.url == "https://h.example:8/p/a-1.0-py3-none-any.whl"


def test_wheel_given_by_its_address_or_path() -> None:
    direct = {
        "name": "a",
        "archive": {"url": "https://h/a%2B-x/a-1.0%2Bcu1-py3-none-any.whl", "hashes": {"sha256": SHA}},
    }
    local = {"name": "b", "archive": {"path": "my wheels/b-2.0-py3-none-any.whl", "hashes": {"sha256": SHA}}}
    first, second = select(lock(direct, local), INTEL)
    assert (first.filename, first.version) == ("a-1.0+cu1-py3-none-any.whl", "1.0+cu1")
    assert (second.url, second.version, second.size) == (
        "file:///p/my%20wheels/b-2.0-py3-none-any.whl",
        "2.0",
        0,
    )


@pytest.mark.parametrize("hashes", [{"md5": "a" * 32}, {"sha256": "../../x"}])
def test_wheel_without_a_usable_hash_is_refused(hashes: dict[str, str]) -> None:
    wheel = {"url": "https://h/a-1.0-py3-none-any.whl", "hashes": hashes}
    with pytest.raises(NotReady, match="SHA-256"):
        select(lock({"name": "a", "version": "1.0", "wheels": [wheel]}), INTEL)


def test_file_name_can_not_leave_the_cache() -> None:
    wheel = {"name": "../../a-1.0-py3-none-any.whl", "url": "https://h/x", "hashes": {"sha256": SHA}}
    with pytest.raises(NotReady, match="not a valid lock"):
        select(lock({"name": "a", "version": "1.0", "wheels": [wheel]}), INTEL)


def test_newest_platform_comes_first() -> None:
    platforms = [tag.platform for tag in target_tags(Environment("3.11", glibc=(2, 18)))]
    assert platforms[:4] == [
        "manylinux_2_18_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
        "manylinux_2_16_x86_64",
    ]


def test_a_lock_knows_its_names() -> None:
    assert locked_names(lock(package("nbclient", "py3-none-any"), package("zmq"))) == {"nbclient", "zmq"}
    assert locked_names(Lock(Path("/p/pylock.skylift.toml"), "d", {})) == set()
