"""Several things at once; the first failure ends what has not begun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def in_parallel(tasks: Sequence[Callable[[], Result]], *, workers: int) -> list[Result]:
    """Run the tasks and return their results in the same order."""
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        futures = [pool.submit(task) for task in tasks]
        return [future.result() for future in futures]
    finally:
        # Not a `with`: after Ctrl-C it would wait for a registry that may never answer.
        pool.shutdown(wait=False, cancel_futures=True)
