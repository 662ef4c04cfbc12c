"""How a job ends: exit codes, failure texts, signals, and nothing left running."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import pytest
from tests.functional.runtime.namespace import process_one
from tests.functional.runtime.stage import Stage


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never appeared"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 30
    while is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.01)


def test_an_exception_is_told_with_its_place(any_stage: Stage) -> None:
    any_stage.ship("pkg/__init__.py", "")
    any_stage.ship("pkg/data.py", "def read():\n    raise ValueError('no rows\\nat all')\n")
    any_stage.script("from pkg.data import read\nread()\n")

    result = any_stage.run()

    assert (result.code, result.failure) == (1, "ValueError: no rows\nat all (pkg/data.py:2)")
    # The traceback in the log begins with the user's own code.
    work = any_stage.work.resolve()
    assert result.err.startswith(
        f'Traceback (most recent call last):\n  File "{work}/train.py", line 2, in <module>'
    )
    assert result.err.endswith("ValueError: no rows\nat all\n")


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("import no_such_thing.deep", "ModuleNotFoundError: No module named 'no_such_thing' (train.py:1)\nis `no_such_thing` in the project's dependencies?"),
        ("import email.gone", "ModuleNotFoundError: No module named 'email.gone' (train.py:1)\n`email` is installed, but has no `email.gone`: does the code want another version of it?"),
        ("import email.mime\nemail.mime.gone()", "AttributeError: module 'email.mime' has no attribute 'gone' (train.py:2)\n`email` is installed, but has no `email.mime.gone`: does the code want another version of it?"),
        ("import train\ntrain.gone()", "AttributeError: partially initialized module 'train' has no attribute 'gone' (most likely due to a circular import) (train.py:2)"),
        ("open('data/x.csv')", "FileNotFoundError: [Errno 2] No such file or directory: 'data/x.csv' (train.py:1)\nis `data/x.csv` among the files that ship, or does it come from a channel?"),
        ("import sys; sys.exit('no data')", "SystemExit: no data (train.py:1)"),
        ("import argparse; argparse.ArgumentParser().parse_args(['--what'])", "exit code 2: unrecognized arguments: --what (train.py:1)\nhyperparameters reach the script as options: `skylift run NAME=VALUE`, or [hyperparameters]"),
        ("try:\n    {}['a']\nexcept KeyError as error:\n    raise RuntimeError('bad') from error", "RuntimeError: bad (train.py:4)\ncaused by KeyError: 'a'"),
        ("try:\n    {}['a']\nexcept KeyError:\n    raise KeyError('a')", "KeyError: 'a' (train.py:4)"),
        ("raise KeyError", "KeyError (train.py:1)"),
        ("class Own(Exception): pass\nraise Own('x')", "Own: x (train.py:2)"),
        ("import json; json.loads('{')", "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1) (train.py:1)"),
        ("raise ValueError('at https://user:token@host/path')", "ValueError: at https://host/path (train.py:1)"),
        ("raise ValueError('403 at https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=ff&X-Amz-Security-Token=t')", "ValueError: 403 at https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=REDACTED&X-Amz-Security-Token=REDACTED (train.py:1)"),
        ("import sys; print('GET https://a.blob.core.windows.net/x?sv=1&sig=abc%3D: 403', file=sys.stderr); sys.exit(3)", "exit code 3 (train.py:1)\nits last words: GET https://a.blob.core.windows.net/x?sv=1&sig=REDACTED 403"),
        ("raise ValueError('\\x1b[1mno rows\\x1b[0m\\n\\tat all')", "ValueError: no rows\n at all (train.py:1)"),
        ("raise ValueError('\\udcff')", "ValueError: \\udcff (train.py:1)"),
    ],
)  # fmt: skip
def test_failure_texts(stage: Stage, code: str, failure: str) -> None:
    stage.ship("train.py", code)
    stage.job = {"entry_point": "train.py"}
    result = stage.run()
    assert result.failure == failure, result.err
    said = re.match(r"exit code (\d+)", failure)
    assert result.code == (int(said[1]) if said else 1)


def test_what_the_project_itself_lacks_is_no_other_version(stage: Stage) -> None:
    stage.ship("own.py", "")
    stage.script("import own\nown.gone()\n")
    assert stage.run().failure == "AttributeError: module 'own' has no attribute 'gone' (train.py:2)"


def test_a_syntax_error_has_its_line(any_stage: Stage) -> None:
    any_stage.script("x = 1\nif\n")
    result = any_stage.run()
    assert result.code == 1
    assert result.failure == "SyntaxError: invalid syntax (train.py:2)"
    assert "bootstrap" not in result.err


def test_a_long_message_leaves_room_for_place_and_hint(stage: Stage) -> None:
    stage.script("raise ValueError('x' * 5000)")
    failure = stage.run().failure
    assert len(failure) == 900
    assert failure.startswith("ValueError: xxx")
    assert failure.endswith("… (train.py:1)")


def test_a_hook_of_the_users_own_is_still_called(stage: Stage) -> None:
    stage.script(
        "import sys\nsys.excepthook = lambda kind, error, trace: print('mine', error)\nraise ValueError('x')\n"
    )
    result = stage.run()
    assert (result.code, result.out, result.failure) == (1, "mine x\n", "ValueError: x (train.py:3)")


def test_a_failing_module_and_function_are_told_too(stage: Stage) -> None:
    stage.ship("mod.py", "def main():\n    1 / 0\nif __name__ == '__main__':\n    main()\n")
    stage.job = {"entry_point": "mod:main"}
    assert stage.run().failure == "ZeroDivisionError: division by zero (mod.py:2)"
    (stage.ml / "output" / "failure").unlink()
    stage.job = {"entry_point": "-m mod"}
    result = stage.run()
    assert result.failure == "ZeroDivisionError: division by zero (mod.py:2)"
    assert "runpy" not in result.err


def test_what_the_users_code_wrote_is_not_overwritten(stage: Stage) -> None:
    stage.script(
        "import os; open(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write('mine'); raise ValueError('x')"
    )
    assert stage.run().failure == "mine"


def test_the_exit_code_of_a_command_is_passed_on(stage: Stage) -> None:
    stage.job = {"command": ["sh", "-c", "exit 41"]}
    result = stage.run()
    assert (result.code, result.failure) == (41, "exit code 41: sh")


def test_a_death_by_signal_is_named(stage: Stage) -> None:
    stage.script("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    result = stage.run()
    assert result.code == 137
    assert result.failure.startswith("killed by SIGKILL: train.py\n")
    assert "memory" in result.failure


HANDLER = """
    import pathlib, signal, sys, time
    def stop(number, frame):
        pathlib.Path("stopped").write_text("")
        pathlib.Path("../model/last.txt").write_text("saved")
        sys.exit(7)
    signal.signal(signal.%s, stop)
    pathlib.Path("ready").write_text("")
    time.sleep(60)
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_stop_reaches_the_users_handler(any_stage: Stage, name: str) -> None:
    any_stage.script(HANDLER % name)
    process = any_stage.start()
    wait_for(any_stage.work / "ready")

    process.send_signal(getattr(signal, name))

    result = any_stage.finish(process)
    assert result.code == 7, result.err
    assert (any_stage.model / "last.txt").read_text() == "saved"


def test_without_a_handler_a_stop_ends_the_job_and_keeps_what_it_left(stage: Stage) -> None:
    stage.script("import time; open('best.pkl', 'w').close(); open('ready', 'w').close(); time.sleep(60)")
    stage.job["collect"] = {"model": ["*.pkl"]}
    process = stage.start()
    wait_for(stage.work / "ready")
    process.terminate()
    result = stage.finish(process)
    assert (result.code, result.failure) == (143, "killed by SIGTERM: train.py")
    assert (stage.model / "best.pkl").exists()


def test_ctrl_c_is_the_users_keyboard_interrupt(stage: Stage) -> None:
    stage.script("import time\nopen('ready', 'w').close()\ntime.sleep(60)\n")
    process = stage.start()
    wait_for(stage.work / "ready")
    process.send_signal(signal.SIGINT)
    result = stage.finish(process)
    assert (result.code, result.failure) == (130, "KeyboardInterrupt (train.py:3)")


def test_a_second_signal_ends_the_whole_group(stage: Stage) -> None:
    stage.script(
        """
        import os, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, lambda *_: open("first", "w").close())
        child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"])
        with open("child.tmp", "w") as stream:
            stream.write(str(child.pid))
        os.rename("child.tmp", "child")
        while True:
            time.sleep(1)
        """
    )
    process = stage.start()
    wait_for(stage.work / "child")
    child = int((stage.work / "child").read_text())
    process.terminate()
    wait_for(stage.work / "first")
    process.terminate()
    assert stage.finish(process).code == 137
    wait_until_gone(child)


def test_what_the_users_process_leaves_running_is_ended(stage: Stage) -> None:
    stage.script(
        """
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(child.pid, flush=True)
        child.returncode = 0
        """
    )
    begun = time.monotonic()
    result = stage.run()
    assert result.code == 0, result.err
    assert time.monotonic() - begun < 30
    wait_until_gone(int(result.out))


def test_a_worker_that_a_shell_left_behind_may_finish_stopping(stage: Stage) -> None:
    # A shell dies of SIGTERM at once and does not pass it on; the program it started still gets it.
    stage.ship("work.py", HANDLER % "SIGTERM")
    stage.ship("train.sh", "python work.py; echo never")
    stage.job = {"entry_point": "train.sh"}
    process = stage.start()
    wait_for(stage.work / "ready")
    process.terminate()
    assert stage.finish(process).code == 143
    assert (stage.model / "last.txt").read_text() == "saved"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux ends a child with its parent")
def test_the_users_process_does_not_outlive_a_killed_runtime(stage: Stage) -> None:
    stage.script(
        "import os, time; open('pid.tmp', 'w').write(str(os.getpid())); os.rename('pid.tmp', 'pid'); time.sleep(60)"
    )
    process = stage.start()
    wait_for(stage.work / "pid")
    pid = int((stage.work / "pid").read_text())
    process.kill()
    process.communicate(timeout=30)
    wait_until_gone(pid)


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="needs PID namespaces: Linux")
def test_as_process_one_it_stops_and_buries_the_dead(stage: Stage) -> None:
    stage.script(
        """
        import os, pathlib, signal, subprocess, sys, time
        # An orphan: its parent is gone at once, and process 1 inherits it.
        subprocess.run(["sh", "-c", "true & sleep 0 & exit 0"], check=True)
        time.sleep(0.3)
        dead = [p for p in pathlib.Path("/proc").glob("[0-9]*/stat") if p.read_text().rpartition(")")[2].split()[0] == "Z"]
        print("parent", os.getppid(), "dead", len(dead), flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
        os.kill(1, signal.SIGTERM)
        time.sleep(60)
        """
    )
    with process_one(stage) as space:
        done = space.finish()
    assert (done.code, done.out) == (9, "parent 1 dead 0\n"), done.err
