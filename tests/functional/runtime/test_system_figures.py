"""System figures beside a job: true, of its own processes, and never in the way of what it prints or how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.base_image import Unavailable
from tests.functional.runtime.stage import Stage
from tests.services import Machine

from skylift.values.figures import Sieve
from skylift_runtime.contract import FIGURES_PREFIX
from skylift_runtime.figures import Wanted
from skylift_runtime.measuring import Measuring
from skylift_runtime.nvml import Gpus
from skylift_runtime.usage import Meter

WORKS = "import time\ntime.sleep(0.9)\n"


@pytest.fixture
def form(runtime: Path) -> Path:
    return runtime


def split(data: bytes) -> tuple[bytes, list[dict[str, Any]]]:
    """The job's own bytes and the figures, as whoever keeps the log tells them apart."""
    sieve = Sieve()
    own, figures = sieve.feed(data)
    return own + sieve.rest(), [dict(one) for one in figures]


def run(stage: Stage, every: str = "0.4", **more: str) -> tuple[int, bytes, list[dict[str, Any]]]:
    """Its exit code, what it printed on both streams, and the figures among that."""
    stage.write()
    done = subprocess.run(
        stage.command(),
        env=stage.environ(SKYLIFT_FIGURES=every, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    own, figures = split(done.stdout)
    return done.returncode, own.partition(b"skylift: ")[0], figures


def test_on_every_python_a_job_of_a_second_has_figures(any_stage: Stage) -> None:
    any_stage.script(
        "import time\nheld = bytearray(b'x') * 60_000_000\n"
        "until = time.process_time() + 0.5\nwhile time.process_time() < until: pass\ntime.sleep(0.4)\n"
    )
    code, _, figures = run(any_stage)
    assert code == 0
    assert figures[-1]["last"] == 1
    used = sum(one["s"] * one["cpu"]["mean"] for one in figures)
    assert 0.4 < used < 5
    assert figures[0]["cpu"]["of"] <= (os.cpu_count() or 1)
    assert 50e6 < max(one["mem"]["max"] for one in figures) < figures[0]["mem"]["of"]
    room = figures[-1]["room"]
    assert 0 < room["free"] <= room["of"]
    assert room["at"] in ("model", "output", "checkpoints", "work")


def test_nobody_who_did_not_ask_gets_any(stage: Stage) -> None:
    stage.script(WORKS)
    assert FIGURES_PREFIX not in stage.run().err


@pytest.mark.parametrize("said", ["", "0", "-3", "nan", "often", "1e99"])
def test_nonsense_is_no_interval(stage: Stage, said: str) -> None:
    stage.script("import time\ntime.sleep(0.5)\n")
    assert run(stage, said)[2] == []


def test_what_the_job_had_printed_is_what_is_left_to_the_byte(stage: Stage) -> None:
    stage.script(
        """
        import os, sys, time
        for n in range(60):
            os.write(2, b"\\r%d%% loss=0.%d" % (n, n))
            time.sleep(0.04)
        os.write(1, b"\\nwhole\\r\\nhalf")
        time.sleep(0.6)
        os.write(1, b" line=1\\n")
        time.sleep(0.6)
        os.write(1, b"\\xff\\x1e no end")
        """
    )
    code, own, figures = run(stage, "0.2")
    bar = b"".join(b"\r%d%% loss=0.%d" % (n, n) for n in range(60))
    # What the runtime says next begins a line of its own.
    assert (code, own) == (0, bar + b"\nwhole\r\nhalf line=1\n\xff\x1e no end" + b"\n")
    assert len(figures) > 1


def test_a_line_is_only_cut_where_a_bar_begins_to_write_over_itself(stage: Stage) -> None:
    stage.script(
        "import os, time\n"
        "for n in range(60):\n    os.write(2, b'\\r%02d loss=0.%02d' % (n, n))\n    time.sleep(0.04)\n"
        "for n in range(40):\n    os.write(2, b'.')\n    time.sleep(0.03)\n"
    )
    stage.write()
    done = subprocess.run(
        stage.command(), env=stage.environ(SKYLIFT_FIGURES="0.2"), stderr=subprocess.PIPE, check=False
    )
    lines = [line for line in done.stderr.split(b"\n") if not line.startswith(FIGURES_PREFIX.encode())]
    # On the service these are the lines: no number has lost a digit, and dots in a row stay in one.
    shown = b"\r".join(line.removesuffix(b"\x1e\x1e").lstrip(b"\r") for line in lines[:-3])
    assert len(lines) > 2
    parts = [part for part in shown.rstrip(b".").split(b"\r") if part]
    assert parts == [b"%02d loss=0.%02d" % (n, n) for n in range(60)]
    assert b"." * 40 in done.stderr


def test_a_job_that_was_over_at_once_has_none_and_waits_for_nothing(stage: Stage) -> None:
    stage.script("pass\n")
    assert run(stage) == (0, b"", [])


def test_a_failure_keeps_its_own_last_words(stage: Stage) -> None:
    stage.job["command"] = ["sh", "-c", "sleep 0.8; printf 'the disk of doom' >&2; exit 3"]
    code, own, figures = run(stage, "0.2")
    assert (code, own) == (3, b"the disk of doom")
    assert figures
    assert "its last words: the disk of doom" in stage.failure()
    assert "figures" not in stage.failure()


def test_a_job_that_is_stopped_has_its_last_figures(stage: Stage) -> None:
    stage.script(
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n"
        "print('ready', flush=True)\ntime.sleep(30)\n"
    )
    process = stage.start(SKYLIFT_FIGURES="0.5")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.8)
    process.terminate()
    done = stage.finish(process)
    assert done.code == 5
    assert split(done.err.encode())[1][-1]["last"] == 1


def test_where_nobody_reads_any_more_the_job_goes_on(stage: Stage) -> None:
    stage.script(WORKS + "open('../model/done', 'w').close()\n")
    stage.write()
    reading, writing = os.pipe()
    process = subprocess.Popen(stage.command(), env=stage.environ(SKYLIFT_FIGURES="0.2"), stderr=writing)
    os.close(reading)
    os.close(writing)
    assert process.wait(60) == 0
    assert (stage.model / "done").exists()


HOSTILE = {
    "closes whatever it can": "import os\nos.closerange(0, 4096)\nimport time\ntime.sleep(0.8)\n",
    "takes all descriptors": (
        "import os, resource, time\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        "try:\n    while True: os.dup(1)\nexcept OSError: time.sleep(0.8)\n"
    ),
    "removes the runtime": "import shutil, time\nshutil.rmtree({runtime!r})\ntime.sleep(0.8)\n",
    "forks 500 times": (
        "import os, time\nfor _ in range(500):\n    if os.fork() == 0:\n        time.sleep(2)\n        os._exit(0)\n"
        "time.sleep(0.5)\n"
    ),
    "has a name that misleads": (
        "import ctypes, os, time\nif os.fork() == 0:\n"
        "    ctypes.CDLL(None).prctl(15, b') R 1 1 1 (', 0, 0, 0)\ntime.sleep(0.8)\n"
    ),
    "says that it is us": (
        f"import time\nprint({FIGURES_PREFIX!r} + '[' * 9999, flush=True)\ntime.sleep(0.8)\n"
    ),
}


@pytest.mark.parametrize("script", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_job_does_it_ends_as_it_would(stage: Stage, script: str, tmp_path: Path) -> None:
    copied = tmp_path / "copied" / "skylift_runtime"
    subprocess.run(["cp", "-r", stage.runtime.parent, tmp_path / "copied"], check=True)
    mine = Stage(tmp_path, copied)
    mine.script(script.replace("{runtime!r}", repr(str(tmp_path / "copied"))))
    code, own, _ = run(mine, "0.2")
    assert (code, own) == (0, b"")


def test_where_no_further_thread_can_be_the_rest_is_told() -> None:
    found = Measuring(Wanted(1.0, {}, {}), time.monotonic(), 0.0, gpus=_NoThread({}))
    found.look()
    assert b'"cpu"' in found.last_line()


class _NoThread(Gpus):
    def run(self) -> None:
        raise AssertionError("it was not to be started")

    def start(self) -> None:
        """As where there is no room for a further thread."""


# --- GPUs ---

LIBRARY = """
#define PLAIN(name) int name(void *device, unsigned *value)
#ifdef HANGS
extern int pause(void);
int nvmlInit_v2(void) { for (;;) pause(); }
#else
int nvmlInit_v2(void) { return 0; }
#endif
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return FAILS; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = (char *)0 + index + 1; return 0; }
int nvmlDeviceGetUUID(void *device, char *text, unsigned size) {
    text[0] = 'G'; text[1] = 'P'; text[2] = 'U'; text[3] = '-'; text[4] = 'a' + (device != (void *)1); text[5] = 0;
    return 0;
}
PLAIN(nvmlDeviceGetUtilizationRates) { value[0] = device == (void *)1 ? 80 : 0; value[1] = 0; return REFUSES; }
int nvmlDeviceGetMemoryInfo(void *device, unsigned long long *sizes) {
    sizes[0] = 16000000000ull; sizes[2] = 4000000000ull; sizes[1] = sizes[0] - sizes[2]; return 0;
}
PLAIN(nvmlDeviceGetPowerUsage) { *value = 70500; return 0; }
#ifndef OLD
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *value) { *value = 61 + sensor; return 0; }
#endif
"""


@pytest.fixture
def library(tmp_path: Path) -> Callable[..., Path]:
    """Makes a library that answers as NVIDIA's does, in a folder of its own."""
    machine = Machine(dict(os.environ))
    try:
        compiler = machine.need("gcc", package="gcc")
    except Unavailable as reason:
        pytest.skip(str(reason))

    def make(*flags: str) -> Path:
        folder = tmp_path / "nvidia"
        folder.mkdir()
        (folder / "nvml.c").write_text(LIBRARY)
        usual = ["-DFAILS=0"] if not any("FAILS" in flag for flag in flags) else []
        usual += ["-DREFUSES=0"] if not any("REFUSES" in flag for flag in flags) else []
        command = [compiler, "-shared", "-fPIC", "-nostdlib", "-ffreestanding", *usual, *flags]
        subprocess.run([*command, "-o", folder / "libnvidia-ml.so.1", folder / "nvml.c"], check=True)
        return folder

    return make


def test_gpus_are_told_of_one_by_one(stage: Stage, library: Callable[..., Path]) -> None:
    stage.script(WORKS)
    _, _, figures = run(stage, LD_LIBRARY_PATH=str(library()))
    first, second = figures[-1]["gpus"]
    assert first == {
        "gpu": 0,
        "busy": 0.8,
        "max": 0.8,
        "idle": 0.0,
        "mem": 4_000_000_000,
        "of": 16_000_000_000,
        "watts": 70,
        "celsius": 61,
    }
    assert (second["gpu"], second["busy"], second["idle"]) == (1, 0.0, 1.0)


@pytest.mark.parametrize(("visible", "numbers"), [("1", [1]), ("GPU-a", [0]), ("", None), ("0,1", [0, 1])])
def test_only_gpus_that_the_job_may_use_count(
    stage: Stage, library: Callable[..., Path], visible: str, numbers: list[int] | None
) -> None:
    stage.script(WORKS)
    _, _, figures = run(stage, LD_LIBRARY_PATH=str(library()), CUDA_VISIBLE_DEVICES=visible)
    found = figures[-1].get("gpus")
    assert (found and [gpu["gpu"] for gpu in found]) == numbers


@pytest.mark.parametrize("flags", [("-DHANGS",), ("-DFAILS=999",), ("-DOLD",)])
def test_a_library_that_hangs_or_fails_costs_only_its_own_figures(
    stage: Stage, library: Callable[..., Path], flags: tuple[str, ...]
) -> None:
    stage.script(WORKS)
    began = time.monotonic()
    code, own, figures = run(stage, LD_LIBRARY_PATH=str(library(*flags)))
    assert (code, own) == (0, b"")
    assert "cpu" in figures[-1]
    assert "gpus" not in figures[-1]
    assert time.monotonic() - began < 30


def test_what_a_gpu_does_not_tell_is_left_out(stage: Stage, library: Callable[..., Path]) -> None:
    stage.script(WORKS)
    _, _, figures = run(stage, LD_LIBRARY_PATH=str(library("-DREFUSES=3")))
    assert "busy" not in figures[-1]["gpus"][0]
    assert figures[-1]["gpus"][0]["mem"] == 4_000_000_000


def test_a_file_that_is_no_library_is_none(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_text("not ELF")
    stage.script(WORKS)
    code, own, figures = run(stage, LD_LIBRARY_PATH=str(tmp_path))
    assert (code, own) == (0, b"")
    assert "gpus" not in figures[-1]


# --- what the kernel counts ---


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


MEMINFO = "MemTotal: 64000000 kB\nMemAvailable: 60000000 kB\n"


def test_a_container_is_read_from_its_cgroup(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "proc/self/cgroup": "0::/\n",
            "proc/meminfo": MEMINFO,
            "proc/net/dev": "a\nb\n  lo: 9 0 0 0 0 0 0 0 9 0\n eth0: 100 0 0 0 0 0 0 0 50 0 0\n",
            "cg/cpu.max": "150000 100000\n",
            "cg/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
            "cg/memory.max": "4000000000\n",
            "cg/memory.current": "3000\n",
            "cg/memory.stat": "anon 500\ninactive_file 1000\nactive_file 700\n",
            "cg/io.stat": "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n",
            "cg/io.pressure": "some avg10=0.00 avg60=0.00 total=1500000\nfull avg10=0.00 total=7\n",
        },
    )
    meter = Meter(whole=True, proc=str(tmp_path / "proc"), cgroups=str(tmp_path / "cg"))
    found = meter.read()
    assert (found.cpu, found.memory, found.read, found.written) == (2.5, 1300, 11, 22)
    assert (found.waited, found.received, found.sent) == (1.5, 100, 50)
    limits = meter.limits()
    assert limits.cores == min(1.5, os.cpu_count() or 1)
    assert limits.memory == 4_000_000_000


def test_the_older_cgroups_are_read_too_and_the_limit_of_a_parent_counts(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "proc/self/cgroup": "5:memory:/docker/x\n4:cpuacct,cpu:/docker/x\n3:blkio:/docker/x\n",
            "cg/blkio/docker/x/blkio.throttle.io_service_bytes": "8:0 Read 10\n8:0 Write 20\n8:16 Read 1\nTotal 31\n",
            "proc/meminfo": MEMINFO,
            "cg/cpu/docker/cpu.cfs_quota_us": "50000\n",
            "cg/cpu/docker/cpu.cfs_period_us": "100000\n",
            "cg/cpu/docker/x/cpu.cfs_quota_us": "-1\n",
            "cg/cpu/docker/x/cpu.cfs_period_us": "100000\n",
            "cg/cpuacct/cpuacct.usage": "1500000000\n",
            "cg/memory/docker/x/memory.limit_in_bytes": "9223372036854771712\n",
            "cg/memory/memory.limit_in_bytes": "2000000000\n",
            "cg/memory/docker/x/memory.usage_in_bytes": "3000\n",
            "cg/memory/docker/x/memory.stat": "total_inactive_file 1000\ntotal_active_file 0\n",
        },
    )
    meter = Meter(whole=True, proc=str(tmp_path / "proc"), cgroups=str(tmp_path / "cg"))
    found, limits = meter.read(), meter.limits()
    assert (found.cpu, found.memory, found.read, found.written) == (1.5, 2000, 11, 20)
    assert (limits.cores, limits.memory) == (0.5, 2_000_000_000)


def test_without_a_proc_little_is_known_and_nothing_breaks(tmp_path: Path) -> None:
    meter = Meter(whole=False, proc=str(tmp_path / "no proc"), cgroups=str(tmp_path / "none"))
    found, limits = meter.read(), meter.limits()
    assert found.memory is None
    assert found.cpu is not None
    assert limits.memory == 0
    measuring = Measuring(Wanted(30.0, {"model": str(tmp_path)}, {}), time.monotonic(), 0.0, meter=meter)
    measuring.look()
    line = measuring.last_line().decode()
    assert json.loads(line.removeprefix(FIGURES_PREFIX))["room"]["at"] == "model"


@pytest.mark.parametrize("text", ["", "x", "0::\n", "::::\n", "1:a:b:c\n\0\n"])
def test_files_that_say_something_else_are_no_figures(tmp_path: Path, text: str) -> None:
    names = ("self/cgroup", "meminfo", "net/dev", "1/stat", "1/io")
    lay(tmp_path, {f"proc/{name}": text for name in names})
    lay(tmp_path, {f"cg/{name}": text for name in ("cpu.max", "cpu.stat", "memory.max", "io.pressure")})
    for whole in (True, False):
        meter = Meter(whole=whole, proc=str(tmp_path / "proc"), cgroups=str(tmp_path / "cg"))
        assert meter.limits().cores > 0
        meter.read()


def test_only_processes_of_the_job_count_beside_us() -> None:
    # The machine has others, which use and hold much more.
    nobody = Meter(whole=False).read()
    assert nobody.memory is not None
    burning = subprocess.Popen(
        ["python3", "-c", "x = bytearray(b'x') * 80_000_000; input()"], stdin=subprocess.PIPE
    )
    try:
        until = time.monotonic() + 30
        while True:
            found = Meter(whole=False).read()
            assert found.memory is not None
            if found.memory - nobody.memory > 70e6:
                break
            assert time.monotonic() < until
            time.sleep(0.05)
        assert found.memory - nobody.memory < 150e6
    finally:
        burning.communicate(b"\n")
