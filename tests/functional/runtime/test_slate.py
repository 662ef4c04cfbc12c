"""How an exception reaches the runtime: through a file without a name, which nobody else gets hold of."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Stage
from tests.functional.runtime.test_runtime_endings import wait_for

from skylift_runtime.slate import Slate, _unlinked, handed_over, read_and_close


def test_facts_leave_no_trace(any_stage: Stage, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    any_stage.script("import os; print(os.environ.get('SKYLIFT_FACTS')); raise ValueError('x')")
    result = any_stage.run(TMPDIR=str(temporary))
    assert (result.out, result.failure) == ("None\n", "ValueError: x (train.py:1)")
    assert list(temporary.iterdir()) == []


def test_a_killed_runtime_leaves_nothing(stage: Stage, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    stage.script("import time; open('ready', 'w').close(); time.sleep(60)")
    process = stage.start(TMPDIR=str(temporary))
    wait_for(stage.work / "ready")
    process.kill()
    process.communicate(timeout=30)
    assert list(temporary.iterdir()) == []


def test_it_needs_no_temporary_folder(stage: Stage) -> None:
    stage.script("raise ValueError('x')")
    assert stage.run(TMPDIR="/no/such/folder").failure == "ValueError: x (train.py:1)"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see descriptors")
def test_programs_that_the_script_starts_do_not_inherit_it(stage: Stage) -> None:
    stage.script(
        "import os, subprocess\n"
        "subprocess.run(['sh', '-c', 'ls -l /proc/self/fd'], close_fds=False, check=True)\n"
        "print('mine', [os.readlink(f.path) for f in os.scandir('/proc/self/fd') if os.path.lexists(f.path)])\n"
    )
    listed, _, mine = stage.run().out.partition("mine")
    assert "skylift-facts" not in listed
    assert "skylift-facts" in mine


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see descriptors")
def test_a_command_gets_none(stage: Stage) -> None:
    stage.job = {"command": ["sh", "-c", 'ls -l /proc/self/fd; echo "[$SKYLIFT_FACTS]"']}
    out = stage.run(SKYLIFT_FACTS="2").out
    assert "skylift-facts" not in out
    assert out.endswith("[]\n")


def test_a_file_of_the_users_in_its_place_is_not_written_to(stage: Stage) -> None:
    stage.script(
        "import os\n"
        "os.closerange(3, 200)\n"
        "for number in range(50):\n    os.open('theirs', os.O_RDWR | os.O_CREAT)\n"
        "raise ValueError('x')\n"
    )
    result = stage.run()
    assert result.failure.startswith("ValueError: x (train.py:5)")
    assert (stage.work / "theirs").read_bytes() == b""


def test_a_process_that_was_forked_off_does_not_speak_for_the_job(stage: Stage) -> None:
    stage.script(
        "import os\nchild = os.fork()\nif not child:\n    raise KeyError('of the child')\nos.waitpid(child, 0)\n"
        "print('goes on', flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    result = stage.run()
    assert (result.code, result.out) == (137, "goes on\n")
    assert result.failure.startswith("killed by SIGKILL")


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_it_works_without_the_usual_streams(any_stage: Stage, closed: str) -> None:
    any_stage.script("import sys\nprint('out')\nprint('err', file=sys.stderr)\nraise ValueError('x')\n")
    any_stage.write()
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *any_stage.command()]
    done = subprocess.run(command, env=any_stage.environ(), capture_output=True, text=True, check=False)
    assert (done.returncode, any_stage.failure()) == (1, "ValueError: x (train.py:4)")
    assert done.stdout == ("" if "1>&-" in closed else "out\n")


def test_without_the_call_a_file_is_unlinked_at_once(weird_tmp_path: Path) -> None:
    descriptor = _unlinked(str(weird_tmp_path))
    assert descriptor is not None
    assert list(weird_tmp_path.iterdir()) == []
    Slate(descriptor).write("said")
    assert read_and_close(descriptor) == "said"
    assert _unlinked(str(weird_tmp_path / "gone")) is None


@pytest.mark.parametrize("said", ["", "x", "-1", "99999", "9" * 40])
def test_what_names_no_descriptor_is_no_slate(said: str) -> None:
    assert handed_over(said) is None


def test_what_is_not_utf_8_is_written_all_the_same() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    # A pipe cannot be written at a position: that is nobody's error either.
    Slate(writing).write("\udcff")
    os.close(writing)
