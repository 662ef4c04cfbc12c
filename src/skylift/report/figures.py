"""What a run used of its machine, and how its metrics went: as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from skylift.report.curves import sparkline
from skylift.report.text import duration, number, safe, size, table
from skylift.values.record import Record

_CURVE = 24
"""Columns of a curve beside its metric."""
_HOSTS = 8
_MOST = 1e21


def metrics_block(record: Record, histories: Mapping[str, Sequence[float]], *, plain: bool) -> list[str]:
    """Last and best of every metric, and how it went, where that is known."""
    last = record.at("Skylift.metrics.last") or {}
    best = record.at("Skylift.metrics.best") or {}
    rows = [
        (name, number(last[name]), _best(best.get(name)), _curve(histories.get(name, ()), plain=plain))
        for name in sorted(last)
    ]
    if not rows:
        return []
    columns = 4 if any(row[3] for row in rows) else 3
    return [table(("METRIC", "LAST", "BEST", "HISTORY")[:columns], [row[:columns] for row in rows])]


def _best(found: object) -> str:
    if not isinstance(found, Mapping):
        return "-"
    step = found.get("step")
    return number(found.get("value")) + (f" at {step}" if step is not None else "")


def _curve(values: Sequence[float], *, plain: bool) -> str:
    # Two points are no curve.
    return sparkline(values, _CURVE, plain=plain) if len(values) > 2 else ""


def system_block(record: Record) -> list[str]:
    """What each host used, and what is to be said of it."""
    hosts = record.at("Skylift.system.hosts")
    found = [(str(host), used) for host, used in hosts.items()] if isinstance(hosts, Mapping) else []
    rows = [
        (host if len(found) > 1 and first else "", *row)
        for host, used in found[:_HOSTS]
        if isinstance(used, Mapping)
        for first, row in _numbered(_used(used))
    ]
    blocks = [table(("", "USED", "MEAN", "MOST", "OF")[-len(rows[0]) :], rows)] if rows else []
    if len(found) > _HOSTS:
        blocks.append(f"and {len(found) - _HOSTS} hosts more: skylift show --json")
    advice = record.at("Skylift.advice")
    said = advice if isinstance(advice, list) else []
    return blocks + ["\n".join(f"advice: {safe(sentence)}" for sentence in said)] * bool(said)


def _numbered(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[bool, tuple[str, ...]]]:
    return ((place == 0, row) for place, row in enumerate(rows))


def _used(used: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    cpu, memory, disk, network = (_table(used, name) for name in ("cpu", "memory", "disk", "network"))
    if cpu:
        yield ("cores", *(_shown(cpu.get(name), number) for name in ("mean", "max", "of")))
    if memory:
        yield ("memory", "-", *(_shown(memory.get(name), _size) for name in ("max", "of")))
    for gpu in used.get("gpus") or () if isinstance(used.get("gpus"), list) else ():
        if isinstance(gpu, Mapping):
            name = f"gpu {gpu.get('gpu')}"
            yield (name, _shown(gpu.get("busy"), _percent), _shown(gpu.get("max"), _percent), "100 %")
            yield (f"{name} memory", "-", *(_shown(gpu.get(key), _size) for key in ("memory", "of")))
    rates = {"disk read": disk.get("read"), "disk written": disk.get("written")}
    rates |= {"network received": network.get("received"), "network sent": network.get("sent")}
    for name, value in rates.items():
        if value is not None:
            yield (name, _shown(value, lambda found: f"{_size(found)}/s"), "-", "-")
    if disk.get("free") is not None:
        yield ("disk left", _shown(disk.get("free"), _size), "-", _shown(disk.get("of"), _size))
    if "share" in _table(used, "io-wait"):
        yield ("waiting for disk", _shown(_table(used, "io-wait")["share"], _percent), "-", "-")
    if used.get("seconds"):
        yield ("measured for", _shown(used["seconds"], duration), "-", "-")


def _table(used: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = used.get(name)
    return found if isinstance(found, Mapping) else {}


def _shown(value: object, form: Any) -> str:
    """A record may come from anywhere: what is no number is not shown as one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST < value < _MOST:
        return "-"
    return str(form(value))


def _size(value: float) -> str:
    return size(int(value))


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
