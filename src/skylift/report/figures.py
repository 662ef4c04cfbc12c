"""What a run used of its machine, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skylift.report.text import duration, number, safe, size, table
from skylift.values.record import Record

_HOSTS = 8
_MOST = 1e21


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
