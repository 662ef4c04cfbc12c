"""What somebody sees of a run: events in, lines and a footer out."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from skylift.cli.watching.view import Metric, Metrics, View
from skylift.report.text import width
from skylift.values.jobs import Described, Entered, Event, LogLine, Measured, Pause, Unfinished

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def line(text: str, host: str = "algo-1") -> LogLine:
    return LogLine(NOON, host, text)


def make_view(*, here: bool = True, plain: bool = False, times: bool = True) -> View:
    about = Metrics(lambda name: "loss" in name if "lr" not in name else None)
    return View("7qkf", about, here=here, plain=plain, times=times)


def told(view: View, *events: Event, at: datetime = NOON) -> list[str]:
    return [line for event in events for line in view.take(event, at)]


def footer(view: View, columns: int = 80, height: int = 24, at: datetime = NOON) -> list[str]:
    standing = view.standing(columns, height, at)
    return [*standing.rows, *standing.status]


def test_a_phase_is_told_with_its_time_when_it_is_over() -> None:
    view = make_view()
    entered = [Entered("Starting", 0, after(0)), Entered("Training", 1, after(2.5))]
    assert told(view, *entered, line("a")) == ["     job  Starting  2.5s", "a"]
    assert footer(view, at=after(62.5)) == ["Training 1m00s · nothing printed for 1m02s · 7qkf"]
    assert told(view, Entered("Uploading", 2, after(100))) == ["     job  Training  1m38s"]


def test_without_a_terminal_a_phase_is_told_when_it_begins_and_its_end_once() -> None:
    view = make_view(times=False)
    entered = [Entered("Starting", 0, after(0)), Entered("Training", 1, after(2.5)), Entered("Failed", 2)]
    assert told(view, *entered) == ["     job  Starting", "     job  Training  after 2.5s"]


def test_a_watch_that_is_taken_up_again_repeats_no_phase() -> None:
    view = make_view(times=False)
    first: list[Event] = [Entered("Starting", 0), Entered("Training", 1), Described({}), line("a")]
    assert told(view, *first)[-1] == "a"
    again: list[Event] = [
        Entered("Starting", 0),
        Entered("Training", 1),
        Entered("Stopping", 2),
        Described({}),
    ]
    assert [text.split()[1] for text in told(view, *again)] == ["Stopping"]
    assert view.lines == 1


def test_a_phase_that_comes_twice_is_told_twice() -> None:
    phases = ["Starting", "Training", "Interrupted", "Starting", "Training"]
    events = [Entered(phase, number) for number, phase in enumerate(phases)]
    assert [text.split()[1] for text in told(make_view(times=False), *events)] == phases


def test_a_bar_that_moves_stands_above_how_the_run_is() -> None:
    view = make_view()
    told(view, Entered("Training", 0, NOON), Unfinished("\r 10%|#  |\r 50%|## |"))
    assert footer(view) == [" 50%|## |", "Training 0s · 7qkf"]
    assert told(view, line("\r 50%|## |\r100%|###|"), Unfinished(""), line("next")) == ["100%|###|", "next"]
    assert footer(view) == ["Training 0s · 7qkf"]


def test_metrics_stand_in_the_footer_the_held_out_first() -> None:
    view = make_view()
    told(view, Entered("Training", 0, NOON))
    values = [("lr", 0.1), ("loss", 0.5), ("val_loss", 0.7), ("loss", 0.3), ("val_loss", 0.8)]
    told(view, Measured(tuple(values)))
    assert footer(view, 100)[-1] == "val_loss 0.8 best ↓ 0.7 ▁█   loss 0.3 best ↓ █▁   lr 0.1"
    assert footer(view, 40)[-1] == "val_loss 0.8 best ↓ 0.7 ▁█"
    told(view, Measured((("loss", 0.2),), passing=True))
    assert "loss 0.2 best ↓ 0.3" in footer(view, 100)[-1]
    told(view, Unfinished(""))
    assert "loss 0.3 best ↓ █▁" in footer(view, 100)[-1]


def test_what_the_run_is_about_stands_first() -> None:
    view = View("7qkf", Metrics(lambda _: False, "speed"))
    told(view, Entered("Training", 0, NOON), Measured((("val_auc", 0.5), ("speed", 3.0))))
    assert footer(view)[-1] == "speed 3 best ↑   val_auc 0.5 best ↑"


def test_where_nobody_says_what_it_is_about_the_likeliest_stands_first() -> None:
    view = View("7qkf", Metrics(lambda name: "loss" in name, likeliest=max))
    told(view, Entered("Training", 0, NOON), Measured((("val_loss", 0.5), ("z", 3.0), ("acc", 0.5))))
    assert footer(view)[-1].startswith("z 3 best ↑   val_loss 0.5")
    view = View("7qkf", Metrics(lambda _: False, "acc", likeliest=max))
    told(view, Entered("Training", 0, NOON), Measured((("z", 3.0), ("acc", 0.5))))
    assert footer(view)[-1].startswith("acc 0.5")


def test_how_far_it_is_stands_beside_the_phase() -> None:
    view = make_view()
    told(view, Entered("Training", 0, NOON), Measured((("loss", 0.5),), step=3))
    assert footer(view)[0] == "Training 0s · step 3 · 7qkf"
    # What a line without a step says takes nothing back.
    told(view, Measured((("loss", 0.5),)), Measured((("loss", 0.4),), passing=True, step=4))
    assert footer(view)[0] == "Training 0s · step 4 · 7qkf"


def test_what_the_job_was_printing_stands_before_the_phase_that_ended_meanwhile() -> None:
    view = make_view()
    told(view, Entered("Training", 0, NOON), Unfinished("\r 10%|#  |\r 50%|## |"))
    assert told(view, Entered("Stopping", 1, after(11))) == []
    assert footer(view, at=after(12)) == [" 50%|## |", "Stopping 1s · 7qkf"]
    assert told(view, line("\r 50%|## |"), line("saved")) == [" 50%|## |", "     job  Training  11s", "saved"]
    told(view, Unfinished("half a line"))
    assert told(view, Entered("Stopped", 2, after(20))) == []
    assert view.end() == ["     job  Stopping  9.0s"]
    view = make_view()
    told(view, Entered("Training", 0, NOON), Unfinished("x"), Entered("Stopping", 1, after(11)))
    assert told(view, Unfinished("")) == ["     job  Training  11s"]


def test_nothing_but_ascii_where_there_is_nothing_else() -> None:
    view = make_view(plain=True)
    told(view, Entered("Training", 0, NOON), Measured((("loss", 0.5), ("loss", 0.3))))
    assert all(text.isascii() for text in footer(view, 30))


@pytest.mark.parametrize("columns", [10, 20, 40, 80, 200])
@pytest.mark.parametrize("height", [1, 2, 3, 10, 50])
def test_a_footer_fits(columns: int, height: int) -> None:
    view = make_view()
    told(view, Entered("Training", 0, NOON), Measured((("val_" + "x" * 99, 1.0), ("航班", 2.0))))
    told(
        view,
        *(line(f"\rbar {number} 航班航班航班航班航班") for number in range(5)),
        Unfinished("\r\x1b[Ax🚀🚀🚀🚀🚀🚀"),
    )
    shown = footer(view, columns, height)
    assert 1 <= len(shown) <= max(1, height - 1)
    assert all(width(text) < columns for text in shown)


def test_names_and_lines_are_shown_not_obeyed() -> None:
    view = make_view()
    told(view, Entered("Tr\x1b[2J", 0, NOON), Measured((("lo\x1b[2Jss", 1.0),)), Unfinished("a\x1b[2J"))
    assert all(text.isprintable() for text in footer(view))
    assert told(view, Unfinished(""), Entered("x", 1)) == ["     job  Tr\\x1b[2J  0.0s"]


def test_a_huge_line_is_shortened_on_the_way_to_a_terminal() -> None:
    (text,) = told(make_view(), line("x" * 10_000_000))
    assert len(text) < 20_000
    assert text.endswith("[…9990000 more characters]")


def test_who_speaks_is_told_where_several_may() -> None:
    view = make_view()
    two = Described({"ResourceConfig": {"InstanceCount": 2}})
    assert told(view, two, line("a", "algo-2")) == ["[algo-2] a"]


def test_what_the_service_spells_its_way_is_read_as_it_was_printed() -> None:
    line_of_a_bar = line("#015 10%|#  |#015100%|###|")
    assert told(make_view(here=False), line_of_a_bar, line("a")) == ["100%|###|", "a"]
    assert told(make_view(), line_of_a_bar, line("a")) == [line_of_a_bar.text, "a"]


def test_a_pause_says_nothing() -> None:
    assert told(make_view(), Pause()) == []


def test_the_curve_of_a_million_values_is_one_of_a_few_hundred() -> None:
    metric = Metric(0.0)
    for number in range(1_000_000):
        metric.take(float(number), smaller=False)
    assert 128 <= len(metric.values) <= 256
    assert metric.values == sorted(metric.values)
    assert metric.best == 999_999.0


def test_nan_is_never_the_best() -> None:
    metric = Metric(float("nan"))
    for value in (float("nan"), 2.0, float("nan"), 1.0, 3.0):
        metric.take(value, smaller=True)
    assert metric.best == 1.0
