"""Lines that come in pieces."""

from __future__ import annotations

from skylift.runs.metrics import WholeLines


def test_pieces_are_put_together_and_what_has_no_end_waits() -> None:
    lines = WholeLines()
    assert [lines.feed(data) for data in (b"a\nb", b"", b"c", b"d\n", b"e\nf\ng")] == [
        b"a\n",
        b"",
        b"",
        b"bcd\n",
        b"e\nf\n",
    ]
    assert (lines.rest(), lines.rest()) == (b"g", b"")


def test_a_bar_without_end_is_thinned_out_and_keeps_the_last_of_each_epoch() -> None:
    lines = WholeLines()
    shown = [
        f"\rEpoch {epoch}: {step / 10:.0f}%|{'#' * 90}| loss={epoch}.{step}".encode()
        for epoch in range(40)
        for step in range(1000)
    ]
    assert {lines.feed(piece) for piece in shown} == {b""}
    whole = lines.feed(b"\n")
    assert len(whole) < 2 << 20
    assert whole.startswith(shown[0])
    assert whole.endswith(shown[-1] + b"\n")
    pieces = {b"\r" + piece for piece in whole.removesuffix(b"\n").split(b"\r") if piece}
    assert pieces <= set(shown)
    assert {shown[at] for at in range(999, len(shown), 1000)} <= pieces


def test_a_line_of_nothing_but_digits_is_thinned_out_too() -> None:
    lines = WholeLines()
    for _ in range(100):
        lines.feed(b"1" * 100_000)
    assert len(lines.rest()) < 2 << 20
