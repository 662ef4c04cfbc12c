"""A comparison that shows itself, in a notebook and at a prompt."""

from __future__ import annotations

from dataclasses import fields
from html import escape

from skylift.values.comparison import Comparison

_COLUMNS = 100
"""A notebook does not say how wide it is."""


class Compared(Comparison):
    """Runs side by side, as data; shown as ``skylift compare`` shows them."""

    @classmethod
    def of(cls, found: Comparison) -> Compared:
        return cls(**{field.name: getattr(found, field.name) for field in fields(found)})

    def __repr__(self) -> str:
        # Few who load a project compare anything.
        from skylift.report.side_by_side import comparison

        return comparison(self, _COLUMNS)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"
