"""A record that is shown: by a notebook, in a traceback."""

from __future__ import annotations

from skylift.values.record import Record


def test_a_record_is_shown_in_a_line() -> None:
    data = {"TrainingJobName": "a-1", "TrainingJobStatus": "Completed", "HyperParameters": {"x": "y" * 5000}}
    assert repr(Record(data)) == "<Record a-1: Completed>"
    assert repr(Record({"TrainingJobName": "a-1", "SecondaryStatus": "Training"})) == "<Record a-1: Training>"
    assert repr(Record({})) == "<Record without a name: Starting>"
