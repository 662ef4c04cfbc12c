"""Metrics from what a job prints: the same lines, the same numbers, on every backend.

``hints`` passes over lines that can hold none, ``spoken`` makes plain text of a line, ``steps`` finds where training
stands, ``pairs``, ``forms`` and ``tables`` read numbers, ``names`` judges what they are called, and ``reader`` puts it
together, with the project's own patterns first.
"""

from skylift.runs.metrics.reader import MetricReader

__all__ = ["MetricReader"]
