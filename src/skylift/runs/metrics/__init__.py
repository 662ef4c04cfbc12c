"""Metrics from what a job prints: the same lines, the same numbers, on every backend.

``whole`` puts lines together, ``hints`` passes over lines that can hold none, ``spoken`` makes plain text of a line,
``steps`` finds where training stands, ``pairs``, ``forms`` and ``tables`` read numbers, ``names`` judges what they are
called, and ``reader`` puts it together, with the project's own patterns first.
"""

from skylift.runs.metrics.reader import MetricReader
from skylift.runs.metrics.whole import WholeLines

__all__ = ["MetricReader", "WholeLines"]
