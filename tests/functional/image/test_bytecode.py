"""Byte-code for the target's Python, equal each time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from skylift.errors import NotReady
from skylift.image.bytecode import compiler, find_compiler, pyc_path

OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"
SOURCE = "NAMES = {'a', 'b', 'c'}\ndef found(x):\n    return x in {'one', 'two', 'größe'}\n".encode()


def test_our_own_interpreter_is_taken_where_it_fits() -> None:
    assert find_compiler(OWN, {}) == Path(sys.executable)


def test_no_python_of_that_version_names_both_ways_out(tmp_path: Path) -> None:
    # A shim, as version managers leave them, that answers for no version at all.
    shim = tmp_path / "python3.6"
    shim.write_text("#!/bin/sh\necho 'version not set' >&2\nexit 127\n")
    shim.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path), "UV_OFFLINE": "1"}
    with pytest.raises(NotReady, match=r"needs a Python 3\.6") as caught:
        find_compiler("3.6", environment)
    assert any("uv python install 3.6" in hint for hint in caught.value.hints)
    assert any("bytecode = false" in hint for hint in caught.value.hints)


def test_what_is_compiled_imports_without_looking_at_its_source(tmp_path: Path) -> None:
    with compiler(Path(sys.executable), os.environ) as compile_source:
        pyc = compile_source("/opt/venv/demo.py", b"print('from byte-code')\n")
    assert pyc is not None
    (tmp_path / "demo.py").write_text("raise SystemExit('the source was read')\n")
    place = tmp_path / pyc_path("demo.py", OWN)
    place.parent.mkdir()
    place.write_bytes(pyc)
    done = subprocess.run(
        [sys.executable, "-c", "import demo"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "from byte-code"


def test_two_processes_make_equal_bytes() -> None:
    sources = [(f"/opt/{number}.py", SOURCE + b"# %d\n" % number) for number in range(20)]

    def all_of_them(seed: str) -> list[bytes | None]:
        with compiler(Path(sys.executable), {**os.environ, "PYTHONHASHSEED": seed}) as compile_source:
            return [compile_source(path, source) for path, source in sources]

    assert all_of_them("1") == all_of_them("2")


def test_what_does_not_compile_has_no_byte_code_and_harms_nobody() -> None:
    with compiler(Path(sys.executable), os.environ) as compile_source:
        assert compile_source("/opt/py2.py", b"print 'hello'\n") is None
        assert compile_source("/opt/null.py", b"a\x00b") is None
        assert compile_source("/opt/latin.py", b"x = '\xff'\n") is None
        assert compile_source("/opt/warns.py", b"'\\d'\n") is not None
        assert compile_source("/opt/empty.py", b"") is not None
        assert compile_source("/opt/gr\udcff\n.py", SOURCE) is not None


def test_modules_in_the_working_directory_do_not_stand_in(tmp_path: Path) -> None:
    (tmp_path / "marshal.py").write_text("raise SystemExit(1)")
    (tmp_path / "struct.py").write_text("raise SystemExit(1)")
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        with compiler(Path(sys.executable), {**os.environ, "PYTHONPATH": str(tmp_path)}) as compile_source:
            assert compile_source("/opt/a.py", SOURCE) is not None
    finally:
        os.chdir(before)


def test_a_compiler_that_dies_says_what_it_said(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'illegal instruction' >&2\nexit 1\n")
    broken.chmod(0o755)
    with (
        pytest.raises(NotReady, match=r"ended at /opt/a\.py: illegal instruction"),
        compiler(broken, os.environ) as compile_source,
    ):
        compile_source("/opt/a.py", SOURCE * 100_000)
