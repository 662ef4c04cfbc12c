"""Real torchrun with two workers: a stop reaches them, and a failure is the worker's own exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.functional.runtime.namespace import process_one, until
from tests.functional.runtime.stage import Stage

TORCHRUN = ("torchrun", "--standalone", "--nproc-per-node=2")
WORKER = """
import os, signal, sys, time
rank = os.environ["RANK"]
def stop(number, frame):
    with open(os.environ["SM_MODEL_DIR"] + "/signals-" + rank, "a") as stream:
        stream.write("%d\\n" % number)
    time.sleep(0.3)
    open(os.environ["SM_MODEL_DIR"] + "/saved-" + rank, "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open("ready-" + rank, "w").close()
time.sleep(600)
"""
PROCESS_GROUP = "import torch.distributed as dist\ndist.init_process_group('gloo')\n"


@pytest.fixture
def torch_stage(stage: Stage, torch: Path) -> Stage:
    """On the interpreter that has torch; its programs are found because it is the runtime's own."""
    stage.python = str(torch / "bin" / "python")
    return stage


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="needs PID namespaces: Linux")
@pytest.mark.parametrize("how", ["command", "shell", "shell with a trap", "script"])
def test_both_workers_hear_a_stop_once_and_save(torch_stage: Stage, how: str) -> None:
    stage, line = torch_stage, " ".join([*TORCHRUN, "worker.py"])
    stage.ship("worker.py", WORKER)
    stage.ship("train.sh", ("trap 'exit 3' TERM\n" if "trap" in how else "") + line + "\necho went on\n")
    stage.ship("train.py", "import sys; from torch.distributed.run import main; main(sys.argv[1:])")
    stage.job = {
        "command": {"command": line.split(), "script": ["python", "train.py", *line.split()[1:]]}.get(
            how, ["sh", "train.sh"]
        )
    }
    with process_one(stage) as space:
        for rank in "01":
            until((stage.work / f"ready-{rank}").exists, f"worker {rank}")
        assert space.zombies() == []
        space.signal()
        result = space.finish()
        assert space.members() == []
    assert "went on" not in result.out
    saved = {path.name: path.read_text().split() for path in stage.model.iterdir()}
    assert saved == {"saved-0": [], "saved-1": [], "signals-0": ["15"], "signals-1": ["15"]}, result.err


FAILURES = {
    "in a process group": (
        PROCESS_GROUP + "if dist.get_rank() == 1:\n    raise ValueError('rank 1 has no rows')\ndist.barrier()\n",
        "ValueError: rank 1 has no rows (worker.py:4)\nexit code 1",
    ),
    "without one": (
        "import os, time\nif os.environ['RANK'] == '1':\n    {}['rows']\ntime.sleep(600)\n",
        "KeyError: 'rows' (worker.py:3)\nexit code 1",
    ),
    "in a function below": (
        PROCESS_GROUP + "import lib\nlib.step(dist.get_rank())\ndist.barrier()\n",
        "RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0 (lib.py:3)\nexit code 1",
    ),
    "with a cause": (
        "import os, time\nif os.environ['RANK'] == '1':\n    time.sleep(600)\ntry: open('gone.csv')\nexcept OSError as e: raise RuntimeError('no data') from e\n",
        "RuntimeError: no data (worker.py:5)\ncaused by FileNotFoundError: [Errno 2] No such file or directory: 'gone.csv'\nexit code 1",
    ),
    "recorded": (
        "from torch.distributed.elastic.multiprocessing.errors import record\n@record\ndef main():\n    raise ValueError('recorded')\nmain()\n",
        "ValueError: recorded (worker.py:4)\nexit code 1",
    ),
    "arguments": (
        "import argparse\nargparse.ArgumentParser().parse_args(['--what'])\n",
        "exit code 1: unrecognized arguments: --what",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        *((kind, ()) for kind in FAILURES),
        *((kind, ("--tee=3",)) for kind in ("in a process group", "with a cause")),
    ],
)
def test_a_failure_is_the_workers_own(torch_stage: Stage, kind: str, options: tuple[str, ...]) -> None:
    source, failure = FAILURES[kind]
    torch_stage.ship("worker.py", source)
    torch_stage.ship("lib.py", "import torch\ndef step(rank):\n    torch.ones(2) + torch.ones(3)\n")
    torch_stage.job = {"command": [*TORCHRUN, *options, "worker.py"]}
    result = torch_stage.run()
    assert result.code == 1
    assert result.failure.startswith(failure), result.err
