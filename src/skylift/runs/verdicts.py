"""How runs did against each other: metrics with their deltas, and a gate that one of them decides. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from skylift.errors import UsageError
from skylift.runs import chosen
from skylift.values.comparison import Comparison, Gate, Metric
from skylift.values.record import Record

_MARGIN = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%?)")
_NO_METRIC = "no metric is in both runs of which it is known whether more or less is better"
_ROUNDING = 1e-9
"""0.73 - 0.72 is not 0.01 in floating point, and people do not mean that."""


def objective_of(records: Sequence[Record]) -> str:
    """The metric that runs are about: what the last one said, else the likeliest of which all have a best."""
    tables = [chosen.metric_table(record, "best") for record in records]
    return chosen.said_objective(records[-1]) or chosen.likeliest(set(tables[0]).intersection(*tables))


def metrics_of(records: Sequence[Record], baseline: int) -> tuple[Metric, ...]:
    """Each metric of any of the runs: its best value where one end is better, and its last."""
    found = []
    for name in sorted({name for record in records for name in chosen.metric_table(record, "last")}):
        smaller = _direction(records, name)
        if smaller is not None:
            steps = tuple(chosen.best_step(record, name) for record in records)
            values = tuple(chosen.best(record, name) for record in records)
            found.append(_held_against(Metric(name, "best", smaller, values, steps), baseline))
        values = tuple(chosen.last(record, name) for record in records)
        nowhere = (None,) * len(records)
        found.append(_held_against(Metric(name, "last", smaller, values, nowhere), baseline))
    return tuple(found)


def _direction(records: Sequence[Record], name: str) -> bool | None:
    # The last one is the one that the others led to.
    return next(
        (end for record in reversed(records) if (end := chosen.direction(record, name)) is not None), None
    )


def _held_against(metric: Metric, baseline: int) -> Metric:
    first = metric.values[baseline]
    deltas = tuple(
        None if first is None or value is None or at == baseline else value - first
        for at, value in enumerate(metric.values)
    )
    relative = tuple(delta / abs(first) if delta is not None and first else None for delta in deltas)
    verdicts = tuple(_verdict(delta, smaller=metric.smaller_is_better) for delta in deltas)
    return replace(metric, deltas=deltas, relative=relative, verdicts=verdicts)


def _verdict(delta: float | None, *, smaller: bool | None) -> str:
    if delta == 0:
        return "same"
    if delta is None or smaller is None:
        return ""
    return "better" if (delta < 0) == smaller else "worse"


def gate_of(found: Comparison, records: Sequence[Record], wanted: str, metric: str = "") -> Gate:
    """Whether the last run is better than the baseline by as much as is wanted.

    :param wanted: ``0.01`` of the metric's own, or ``1%`` of the baseline; negative: it may be worse by so much.
    :raises UsageError: when that is no number, or nobody knows which end of the metric is better.
    """
    margin, percent = margin_of(wanted)
    name = metric or found.objective
    candidate = _candidate(found)
    asked = _Asked(name, wanted, margin, percent)
    pair = (records[found.baseline], records[candidate])
    if not name:
        ended = [f"run {one.name} {why}" for one in pair if (why := _cut_short(one))]
        return asked.shut("; ".join([*ended, _NO_METRIC]))
    smaller = _direction(pair, name)
    if smaller is None:
        raise UsageError(
            f"whether more or less of {name} is better is not known",
            hints=(f'say it in the config: [metrics] "{name}" = {{ goal = "max" }}',),
        )
    values = [_gated(one, name) for one in pair]
    missing = [f"run {one.name} {why}" for one, (_, why) in zip(pair, values, strict=True) if why]
    return asked.decide(values[0][0], values[1][0], smaller=smaller, missing="; ".join(missing))


def _candidate(found: Comparison) -> int:
    others = [at for at in range(len(found.runs)) if at != found.baseline]
    if not others:
        raise UsageError("a gate wants a run beside the baseline")
    return others[-1]


def _gated(record: Record, name: str) -> tuple[float | None, str]:
    """The value that counts, and why there is none that does."""
    what = _cut_short(record)
    if what:
        return chosen.best(record, name), what
    if name not in chosen.metric_table(record, "last"):
        return None, "does not have it"
    if chosen.last(record, name) is None:
        return None, "ended with a value that is no number"
    return chosen.value(record, name), ""


def _cut_short(record: Record) -> str:
    if record.status == "Completed":
        return ""
    return {"Failed": "failed", "Stopped": "was stopped"}.get(record.status, "has not ended")


def margin_of(text: str) -> tuple[float, bool]:
    """A number, and whether it is per cent.

    :raises UsageError: when it is none.

    >>> margin_of("0.01"), margin_of("-1.5%")
    ((0.01, False), (-1.5, True))
    """
    found = _MARGIN.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--min-delta wants a number or a percentage, not {text!r}", hints=("0.01, or 1%",))
    return float(found[1]), bool(found[2])


@dataclass(frozen=True)
class _Asked:
    """A gate before it is decided."""

    metric: str
    wanted: str
    margin: float
    percent: bool

    def shut(self, why: str) -> Gate:
        about = f"{self.metric}: " if self.metric else ""
        return Gate(self.metric, self.wanted, open=False, said=f"gate: {about}{why}: no")

    def decide(self, before: float | None, after: float | None, *, smaller: bool, missing: str) -> Gate:
        if missing or before is None or after is None:
            return replace(self.shut(missing), baseline=before, candidate=after)
        gain = before - after if smaller else after - before
        if self.percent and before == 0:
            return replace(
                self.shut("the baseline is 0, which has no percentage"), baseline=before, candidate=after
            )
        need = self.margin * abs(before) / 100 if self.percent else self.margin
        is_open = gain >= need - _ROUNDING * max(abs(before), abs(after), abs(need))
        # ``≥ +0.01``, or for what is better when it is less ``≤ -0.01``.
        bound = f"≤ {0 - self.margin:+g}" if smaller else f"≥ {self.margin:+g}"
        said = f"gate: {self.metric} {before:.6g} → {after:.6g}, wanted {bound}{'%' if self.percent else ''}"
        return Gate(self.metric, self.wanted, is_open, f"{said}: {'yes' if is_open else 'no'}", before, after)
