"""A bare word that is no field: what it means is told by the runs that it is asked of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from skylift.runs import chosen
from skylift.runs.query.fields import KINDS, parameter
from skylift.runs.query.tree import And, Comparison, Field, Not, Or, Tree
from skylift.values.record import Record

Meaning = Callable[[str], str]
"""Which kind of field has a word for its name: `param`, or `metric`; empty for none, and for both."""


def by_itself(_word: str) -> str:
    """Where there are no runs to ask, a word means nothing but what it says."""
    return ""


def perhaps(_word: str) -> str:
    """Before runs are asked, a word may be the name of anything that they have."""
    return "param"


def meaning_in(records: Sequence[Record]) -> Meaning:
    """What words mean that some run has a parameter or a metric of."""

    def meaning(word: str) -> str:
        if any(word in chosen.metric_names(record) for record in records):
            return "" if any(parameter(record, word) is not None for record in records) else "metric"
        return "param" if any(parameter(record, word) is not None for record in records) else ""

    return meaning


def meant(field: Field, meaning: Meaning) -> Field:
    """The field that a bare word stands for; what is a field is left alone, and so is what is none at all."""
    if field.name or field.kind in KINDS:
        return field
    kind = meaning(field.kind)
    return replace(field, kind=kind, name=field.kind) if kind else field


def spelled_out(tree: Tree, meaning: Meaning) -> Tree:
    """A question without such words."""
    if isinstance(tree, Comparison):
        return replace(tree, field=meant(tree.field, meaning))
    if isinstance(tree, Not):
        return Not(spelled_out(tree.part, meaning))
    parts = tuple(spelled_out(part, meaning) for part in tree.parts)
    return Or(parts) if isinstance(tree, Or) else And(parts)
