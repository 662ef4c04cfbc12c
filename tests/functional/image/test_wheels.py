"""Wheels become what an installer would have made of them."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.unit.image.in_memory import write_wheel

from skylift.image.layers import write_layer
from skylift.image.layout import site_packages
from skylift.image.wheels import BadWheel, wheel_entries

SITE = site_packages("3.11")
INFO = "demo-1.0.dist-info"


def contents(tmp_path: Path, files: dict[str, bytes]) -> dict[str, tuple[bytes, bool]]:
    wheel, path = write_wheel(tmp_path / "wheels", files)
    found = {}
    for entry in wheel_entries(wheel, path, "3.11", None):
        with entry.opened() as stream:
            data = stream.read()
        assert len(data) == entry.size
        found[entry.path] = (data, entry.executable)
    return found


def test_files_go_where_their_scheme_says(tmp_path: Path) -> None:
    found = contents(
        tmp_path,
        {
            "demo/__init__.py": b"",
            "demo/größe.txt": b"x",
            "demo-1.0.data/purelib/pure.py": b"1",
            "demo-1.0.data/platlib/plat.py": b"2",
            "demo-1.0.data/scripts/tool": b"#!python -u\nprint()\n",
            "demo-1.0.data/scripts/binary": b"\x7fELF",
            "demo-1.0.data/headers/demo.h": b"h",
            "demo-1.0.data/data/share/demo/x": b"d",
        },
    )
    assert {
        f"{SITE}/demo/__init__.py",
        f"{SITE}/demo/größe.txt",
        f"{SITE}/pure.py",
        f"{SITE}/plat.py",
        "opt/venv/include/site/python3.11/demo/demo.h",
        "opt/venv/share/demo/x",
    } <= found.keys()
    assert found["opt/venv/bin/tool"] == (b"#!/opt/venv/bin/python\nprint()\n", True)
    assert found["opt/venv/bin/binary"] == (b"\x7fELF", True)


def test_entry_points_become_commands(tmp_path: Path) -> None:
    points = (
        b"[console_scripts]\ndemo = demo.cli:main\n[gui_scripts]\ndemo-gui=demo:App.run\n[other]\nx = y\n"
    )
    found = contents(tmp_path, {"demo/cli.py": b"", f"{INFO}/entry_points.txt": points})
    script, executable = found["opt/venv/bin/demo"]
    assert script.startswith(b"#!/opt/venv/bin/python\n")
    assert b"from demo.cli import main" in script
    assert executable
    assert "opt/venv/bin/demo-gui" in found
    assert "opt/venv/bin/x" not in found


def test_the_ledger_names_everything_and_who_installed_it(tmp_path: Path) -> None:
    files = {
        "demo.py": b"",
        "a, b.txt": b"",
        "demo-1.0.data/scripts/tool": b"#!python\n",
        f"{INFO}/INSTALLER": b"pip\n",
        f"{INFO}/entry_points.txt": b"[console_scripts]\ndemo = demo:main\n",
    }
    found = contents(tmp_path, files)
    assert found[f"{SITE}/{INFO}/INSTALLER"][0] == b"skylift\n"
    distribution = importlib.metadata.PathDistribution(unpacked(tmp_path, files) / SITE / INFO)
    recorded = {str(path) for path in distribution.files or ()}
    assert {"demo.py", "a, b.txt", "../../../bin/tool", "../../../bin/demo", f"{INFO}/RECORD"} <= recorded
    assert all(Path(str(path.locate())).exists() for path in distribution.files or ())


def unpacked(tmp_path: Path, files: dict[str, bytes]) -> Path:
    wheel, path = write_wheel(tmp_path / "wheels", files)
    write_layer(wheel_entries(wheel, path, "3.11", None), tmp_path / "layer")
    with tarfile.open(tmp_path / "layer") as archive:
        # Debian 12's Python 3.11.2 does not know filters yet, newer ones want to be told one.
        known = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}
        archive.extractall(tmp_path / "root", **known)  # type: ignore[arg-type]
    return tmp_path / "root"


def test_an_unpacked_layer_imports(tmp_path: Path) -> None:
    root = unpacked(tmp_path, {"demo/__init__.py": b"value = 7\n"})
    check = "import demo, importlib.metadata as m; print(demo.value, m.version('demo'))"
    done = subprocess.run(
        [sys.executable, "-c", check],
        env={"PYTHONPATH": str(root / SITE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["7", "1.0"]


def test_byte_code_and_signatures_of_the_wheel_stay_out(tmp_path: Path) -> None:
    files = {"demo/__pycache__/x.cpython-311.pyc": b"evil", f"{INFO}/RECORD.jws": b"sig", "demo/x.py": b""}
    found = contents(tmp_path, files)
    assert not [name for name in found if "__pycache__" in name or name.endswith(".jws")]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "demo/../../evil.py",
        "/etc/passwd",
        "demo-1.0.data/data/../../../etc/passwd",
        "demo-1.0.data/scripts//etc/passwd",
        "demo-1.0.data/nowhere/x",
    ],
)
def test_a_wheel_that_reaches_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadWheel, match=r"demo-1.0-py3-none-any.whl can not be installed"):
        contents(tmp_path, {name: b"x"})


def test_an_entry_point_that_reaches_out_is_refused(tmp_path: Path) -> None:
    points = b"[console_scripts]\n../../../usr/bin/python3 = demo:main\n"
    with pytest.raises(BadWheel, match="outside its place"):
        contents(tmp_path, {f"{INFO}/entry_points.txt": points})


@pytest.mark.parametrize(
    "files",
    [
        {f"{INFO}/WHEEL": b"Wheel-Version: 2.0\n"},
        {f"{INFO}/WHEEL": b""},
        {f"{INFO}/entry_points.txt": b"[console_scripts]\ndemo = no function\n"},
        {f"{INFO}/entry_points.txt": b"no section\n"},
        {"other-1.0.dist-info/METADATA": b""},
    ],
    ids=["version", "no-version", "entry-point", "no-ini", "two-dist-infos"],
)
def test_a_broken_wheel_says_which_it_is(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(BadWheel, match=r"demo-1.0-py3-none-any.whl") as caught:
        contents(tmp_path, files)
    assert caught.value.hints


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    wheel, path = write_wheel(tmp_path, {})
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(BadWheel):
        list(wheel_entries(wheel, path, "3.11", None))


def test_the_order_inside_the_zip_does_not_matter(tmp_path: Path) -> None:
    wheel, path = write_wheel(tmp_path, {"demo/a.py": b"a", "demo/b.py": b"b"})
    turned = tmp_path / "other-name.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(turned, "w") as target:
        for name in reversed(source.namelist()):
            target.writestr(name, source.read(name))
    one = write_layer(wheel_entries(wheel, path, "3.11", None), tmp_path / "one")
    assert write_layer(wheel_entries(wheel, turned, "3.11", None), tmp_path / "two") == one
