"""Several transfers at once; the first failure ends what has not begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_THREADS = 8
Item = TypeVar("Item")


def for_each(items: Iterable[Item], transfer: Callable[[Item], None]) -> None:
    """Call ``transfer`` for every item, a few of them at a time."""
    with ThreadPoolExecutor(_THREADS) as pool:
        # Asked for one after the other; at the first failure `map` takes back what has not begun.
        for _ in pool.map(transfer, items):
            pass
