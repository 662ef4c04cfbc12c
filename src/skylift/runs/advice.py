"""What a run's system figures say that is worth knowing at its end. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONGEST = 100
"""Characters of a sentence."""
_SECONDS, _SAMPLES = 60, 10
"""Less than that says nothing."""
_GPU_IDLE = 0.3
_GPU_USED = 0.05
"""Of its time; one that never reaches that was not used."""
_GPU_MEMORY = 0.5
"""Of which less was used, so that a batch of twice the size should have fitted."""
_MANY_CORES, _CORES_BUSY = 4, 0.25
_MEMORY_NEAR = 0.9
_DISK_LEFT = 0.05
_WAITED = 0.25
_GB = 1e9


def advice(system: Mapping[str, Any], *, here: bool) -> list[str]:
    """Sentences about the summary that the record has. Of several hosts each is told of the first it holds for.

    :param here: whether the job ran on this machine, whose size nobody chooses for a job.
    """
    hosts = system.get("hosts") or {}
    found: dict[str, str] = {}
    for host, figures in hosts.items():
        if figures.get("seconds", 0) < _SECONDS or figures.get("samples", 0) < _SAMPLES:
            continue
        for topic, sentence in _of_host(figures, here=here):
            found.setdefault(topic, f"{host}: {sentence}" if len(hosts) > 1 else sentence)
    return list(found.values())


def _of_host(figures: Mapping[str, Any], *, here: bool) -> Iterator[tuple[str, str]]:
    gpus: Sequence[Mapping[str, Any]] = figures.get("gpus") or ()
    told = [gpu for gpu in gpus if "busy" in gpu]
    used = [gpu for gpu in told if gpu.get("max", 0) >= _GPU_USED]
    yield from _unused(told, used, len(gpus))
    if used:
        yield from _gpu_idle(used)
        yield from _gpu_memory(used, here=here)
    else:
        yield from _cores(figures.get("cpu") or {}, here=here)
    yield from _memory(figures.get("memory") or {})
    yield from _disk(figures.get("disk") or {})
    share = (figures.get("io-wait") or {}).get("share", 0)
    if share >= _WAITED:
        yield "wait", f"waited for disks {_percent(share)} of the time: fewer, larger files are read faster"


def _unused(
    told: Sequence[Mapping[str, Any]], used: Sequence[Mapping[str, Any]], count: int
) -> Iterator[tuple[str, str]]:
    unused = len(told) - len(used)
    if not unused or len(told) < count:
        return
    if used:
        yield "unused", f"{unused} of {count} GPUs never used: does the script start a process for each?"
    else:
        which = "the GPU was" if count == 1 else f"all {count} GPUs were"
        yield "unused", f"{which} never used: does the framework find it, and is the model moved there?"


def _gpu_idle(used: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    idle = sum(gpu.get("idle", 0) for gpu in used) / len(used)
    if idle >= _GPU_IDLE:
        which = "GPU" if len(used) == 1 else "GPUs"
        yield (
            "idle",
            f"{which} idle {_percent(idle)} of the time: look at data loading (workers, prefetching)",
        )


def _gpu_memory(used: Sequence[Mapping[str, Any]], *, here: bool) -> Iterator[tuple[str, str]]:
    shares = [gpu["memory"] / gpu["of"] for gpu in used if gpu.get("of") and "memory" in gpu]
    if len(shares) == len(used) and max(shares) < _GPU_MEMORY:
        smaller = "" if here else ", or a smaller instance does"
        yield "gpu memory", f"GPU memory used at most {_percent(max(shares))}: a larger batch fits{smaller}"


def _cores(cpu: Mapping[str, Any], *, here: bool) -> Iterator[tuple[str, str]]:
    cores, busy = cpu.get("of", 0), cpu.get("mean", 0.0)
    if cores >= _MANY_CORES and busy < _CORES_BUSY * cores:
        smaller = "" if here else ", or for a smaller instance"
        yield "cores", f"{busy:.1f} of {cores:g} cores busy: there is room for more workers{smaller}"


def _memory(memory: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    most, limit = memory.get("max", 0), memory.get("of", 0)
    if limit and most >= _MEMORY_NEAR * limit:
        yield "memory", f"memory came within 10 % of its limit: {most / _GB:.1f} of {limit / _GB:.1f} GB"


def _disk(disk: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    free, size = disk.get("free"), disk.get("of", 0)
    if free is not None and size and free < _DISK_LEFT * size:
        at = disk.get("at", "")
        yield "disk", f"disk nearly full at the end: {free / _GB:.1f} of {size / _GB:.1f} GB left for {at}"


def _percent(share: float) -> str:
    """
    >>> _percent(0.624)
    '62 %'
    """
    return f"{100 * share:.0f} %"
