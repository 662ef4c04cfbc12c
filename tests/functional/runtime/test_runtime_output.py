"""What the job prints arrives whole, in order, and a daemon that holds the pipe holds nobody up."""

from __future__ import annotations

import hashlib
import subprocess
import time
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Stage


@pytest.fixture
def form(runtime: Path) -> Path:
    """None of this depends on whether the runtime is a folder or an archive."""
    return runtime


def test_the_order_of_stdout_and_stderr_stays_where_they_are_one_pipe(stage: Stage) -> None:
    stage.script(
        "import sys\nfor n in range(2000):\n    print('out', n)\n    print('err', n, file=sys.stderr)\nraise SystemExit(1)\n"
    )
    stage.write()
    done = subprocess.run(
        stage.command(),
        env=stage.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    expected = [f"{kind} {n}" for n in range(2000) for kind in ("out", "err")]
    assert done.stdout.splitlines() == expected


def test_a_flood_arrives_whole(stage: Stage) -> None:
    stage.script("import sys\nfor n in range(300_000):\n    sys.stderr.write('%099d\\n' % n)\n")
    stage.write()
    done = subprocess.run(stage.command(), env=stage.environ(), stderr=subprocess.PIPE, check=False)
    expected = b"".join(b"%099d\n" % n for n in range(300_000))
    lines = done.stderr.split(b"skylift: ")[0]
    assert hashlib.sha256(lines).digest() == hashlib.sha256(expected).digest()


def test_a_daemon_that_holds_the_pipe_holds_nobody_up(stage: Stage) -> None:
    stage.script(
        "import subprocess, sys\n"
        "subprocess.Popen(['sleep', '20'], start_new_session=True)\n"
        "print('last words', file=sys.stderr)\nsys.exit(3)\n"
    )
    stage.write()
    began = time.monotonic()
    done = subprocess.Popen(
        stage.command(), env=stage.environ(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    assert done.wait(15) == 3
    assert time.monotonic() - began < 15
    assert "last words" in (stage.ml / "output" / "failure").read_text()


def test_the_job_goes_on_when_nobody_listens(stage: Stage) -> None:
    stage.script(
        "import sys, pathlib, os\nfor n in range(5000):\n    print('x' * 100, file=sys.stderr)\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'm').write_text('x')\n"
    )
    stage.write()
    done = subprocess.Popen(stage.command(), env=stage.environ(), stderr=subprocess.PIPE)
    assert done.stderr is not None
    done.stderr.close()
    assert done.wait(30) == 0
    assert (stage.model / "m").exists()
