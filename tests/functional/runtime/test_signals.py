"""As process 1 of a container: a stop reaches the user's code, which has its grace, and nothing lingers."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.functional.runtime.namespace import Namespace, process_one, until
from tests.functional.runtime.stage import Stage

pytestmark = pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="needs PID namespaces: Linux")

# It counts its signals and takes a while to save: a second signal in the middle would be one too many.
SAVES = """
import os, signal, sys, time
def stop(number, frame):
    with open(os.environ["SM_MODEL_DIR"] + "/signals", "a") as stream:
        stream.write("%d\\n" % number)
    time.sleep(0.4)
    with open(os.environ["SM_MODEL_DIR"] + "/saved", "w") as stream:
        stream.write("saved")
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open("ready", "w").close()
time.sleep(600)
"""
IGNORES = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: open("heard", "w").close())
open("ready", "w").close()
time.sleep(600)
"""
IGNORES_BOTH = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
open("ready", "w").close()
time.sleep(600)
"""


def stop_when_ready(stage: Stage, *names: str) -> tuple[int, str]:
    """Start, stop as soon as the files are there, and look that nothing is left. Exit code and stdout."""
    with process_one(stage) as space:
        for name in names or ("ready",):
            until(lambda name=name: (stage.work / name).exists(), name)  # type: ignore[misc]
        assert space.zombies() == []
        space.signal()
        result = space.finish()
        assert space.members() == []
    return result.code, result.out


WRAPPERS = {
    "plain": "{python} saves.py\necho went on\n",
    "strict": "set -eu\n{python} saves.py\necho went on\n",
    "trap": "trap 'echo trapped' TERM\n{python} saves.py\n",
    "ignores": "trap '' TERM\n{python} saves.py\n",
    "pipeline": "trap 'echo trapped' TERM\n{python} saves.py 2>&1 | tee log\n",
    "subshell": "trap 'echo trapped' TERM\n(cd . && {python} saves.py; echo went on)\n",
    "another shell": "trap 'echo trapped' TERM\nsh -c '{python} saves.py; echo went on'\n",
    "exec": "exec {python} saves.py\n",
    # The way that the shell's own manual shows.
    "background": "trap 'kill -TERM $child; wait $child' TERM\n{python} saves.py &\nchild=$!\nwait $child\n",
}


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_program_in_a_shell_script_hears_it_once_and_saves(stage: Stage, wrapper: str, shell: str) -> None:
    stage.ship("saves.py", SAVES)
    stage.ship("train.sh", WRAPPERS[wrapper].format(python=sys.executable))
    stage.job = {"command": [shell, "train.sh"]}
    _, out = stop_when_ready(stage)
    assert (stage.model / "saved").read_text() == "saved"
    assert (stage.model / "signals").read_text().split() == ["15"]
    assert "went on" not in out
    assert ("trapped" in out) == ("trapped" in WRAPPERS[wrapper])
    if wrapper == "pipeline":
        assert (stage.work / "log").exists()
        assert "saved" in out


def test_it_does_so_on_every_interpreter(any_stage: Stage) -> None:
    any_stage.ship("saves.py", SAVES)
    any_stage.ship("train.sh", WRAPPERS["pipeline"].format(python=any_stage.python))
    any_stage.job = {"entry_point": "train.sh"}
    code, out = stop_when_ready(any_stage)
    assert (code, out) == (0, "saved\ntrapped\n")
    assert (any_stage.model / "signals").read_text().split() == ["15"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_pool_ends_with_the_program_that_saves(stage: Stage, method: str) -> None:
    stage.script(
        f"""
        import multiprocessing, os, time
        def work(number):
            open("worker-%d" % number, "w").close()
            time.sleep(600)
        if __name__ == "__main__":
            context = multiprocessing.get_context("{method}")
            pool = context.Pool(2)
            results = pool.map_async(work, [0, 1], chunksize=1)
            exec(open("saves.py").read())
        """
    )
    stage.ship("saves.py", SAVES)
    code, _ = stop_when_ready(stage, "worker-0", "worker-1", "ready")
    assert code == 0
    assert (stage.model / "saved").exists()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_pool_without_a_handler_ends_too(stage: Stage, method: str) -> None:
    stage.script(
        f"""
        import multiprocessing, time
        def work(number):
            open("worker-%d" % number, "w").close()
            time.sleep(600)
        if __name__ == "__main__":
            with multiprocessing.get_context("{method}").Pool(2) as pool:
                pool.map(work, [0, 1], chunksize=1)
        """
    )
    begun = time.monotonic()
    code, _ = stop_when_ready(stage, "worker-0", "worker-1")
    assert code == 143
    assert time.monotonic() - begun < 60, "it took the whole grace"


def second_signal(space: Namespace) -> None:
    space.signal()
    # Of two that are pending Python takes the one with the lower number first.
    until((space.stage.work / "heard").exists, "the first signal")
    space.signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("end", "grace"), [(second_signal, "120"), (Namespace.signal, "1")], ids=["second signal", "deadline"]
)
def test_what_ignores_it_is_ended(stage: Stage, end: Callable[[Namespace], None], grace: str) -> None:
    stage.script(IGNORES)
    stage.job["collect"] = {"model": ["*.pkl"]}
    stage.ship("best.pkl", "before")
    with process_one(stage, SKYLIFT_GRACE_S=grace) as space:
        until((stage.work / "ready").exists, "ready")
        (stage.work / "best.pkl").write_text("afterwards")
        end(space)
        result = space.finish()
        assert space.members() == []
    assert result.code == 137
    assert result.failure == "killed by SIGKILL: train.py\nit did not end when it was asked to stop"
    # There was time left to gather what it had made.
    assert (stage.model / "best.pkl").read_text() == "afterwards"


def test_only_the_thread_that_acts_takes_signals(stage: Stage) -> None:
    # One that another thread took, right behind the first, would not wake it: the job went on.
    stage.script(IGNORES_BOTH)
    with process_one(stage) as space:
        until((stage.work / "ready").exists, "ready")
        others = [
            (task / "status").read_text()
            for task in Path(f"/proc/{space.init}/task").iterdir()
            if task.name != str(space.init)
        ]
        # Whichever is passed on, the other one ends it.
        space.signal()
        space.signal(signal.SIGINT)
        assert space.finish().code == 137
    assert others, "stderr passes through a thread"
    for status in others:
        blocked = int(status.partition("SigBlk:")[2].split(maxsplit=1)[0], 16)
        assert all(blocked >> number - 1 & 1 for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM))


def daemon(program: str) -> str:
    return f"""
        import os, subprocess, sys
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(sys.executable, [sys.executable, "{program}"])
            os._exit(0)
        os.wait()
    """


def test_a_daemon_is_asked_when_the_job_has_ended(stage: Stage) -> None:
    stage.ship("saves.py", SAVES)
    stage.script(
        daemon("saves.py") + "\n        while not os.path.exists('ready'): pass\n        print('done')"
    )
    with process_one(stage) as space:
        result = space.finish()
    assert (result.code, result.out) == (0, "done\nsaved\n"), result.err
    assert (stage.model / "signals").read_text().split() == ["15"]


def test_a_daemon_that_ignores_it_is_killed(stage: Stage) -> None:
    stage.ship("ignores.py", IGNORES)
    stage.script(daemon("ignores.py") + "\n        while not os.path.exists('ready'): pass")
    with process_one(stage) as space:
        result = space.finish()
    assert result.code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands us orphans when we are not process 1")
def test_a_daemon_is_ended_beside_other_processes_too(stage: Stage) -> None:
    stage.ship("ignores.py", IGNORES)
    stage.script(daemon("ignores.py") + "\n        while not os.path.exists('ready'): pass")
    assert stage.run().code == 0
    marker = f"SAGEMAKER_BASE_DIR={stage.ml}".encode()
    left = [entry for entry in Path("/proc").glob("[0-9]*/environ") if marker in content(entry)]
    assert left == []


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_the_dead_are_buried_while_the_job_runs(stage: Stage) -> None:
    stage.script(
        """
        import os, signal, subprocess, sys, time
        for _ in range(20):
            # An orphan each: its parent is gone at once.
            subprocess.run(["sh", "-c", "sleep 0.01 & exit 0"], check=True)
        open("orphaned", "w").close()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
        time.sleep(600)
        """
    )
    with process_one(stage) as space:
        until((stage.work / "orphaned").exists, "orphans")
        until(lambda: len(space.members()) == 2, "only the runtime and the script are left")
        assert space.zombies() == []
        space.signal()
        assert space.finish().code == 9
