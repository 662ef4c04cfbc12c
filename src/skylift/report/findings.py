"""What ``check`` found, as a person reads it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from skylift.report.text import safe
from skylift.report.understood import Paint, unpainted
from skylift.values.finding import Finding

_ROLES = {"error": "error", "warning": "guess", "note": "why"}


def findings(found: Sequence[Finding], *, columns: int = 80, paint: Paint = unpainted) -> str:
    """Each finding: how bad, where, what, and below it what to do."""
    room = min(max(columns, 60), 120)
    lines = []
    for one in found:
        head = f"{paint(one.severity, _ROLES[one.severity])} {paint(safe(one.where), 'topic')}  {paint(f'[{one.id}]', 'why')}"
        lines.append(head)
        lines += [f"    {line}" for line in textwrap.wrap(safe(one.what), room - 4, break_on_hyphens=False)]
        remedy = safe(one.remedy) + (" (--fix does it)" if one.fixable else "")
        wrapped = textwrap.wrap(f"-> {remedy}", room - 4, subsequent_indent="   ", break_on_hyphens=False)
        lines += [f"    {line}" for line in wrapped if one.remedy]
    return "\n".join(lines)


def summary(found: Sequence[Finding]) -> str:
    """How many of each.

    >>> summary([])
    'nothing found'
    """
    counts = {kind: sum(1 for one in found if one.severity == kind) for kind in ("error", "warning", "note")}
    said = [f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in counts.items() if count]
    return ", ".join(said) or "nothing found"
