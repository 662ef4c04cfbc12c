"""Write docs/metrics-corpus.md: what is read from the logs of the corpus, beside the patterns of two others.

python -m tools.metrics_corpus [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.metric_corpus import Log, Score, logs, of_patterns, of_reader, total

PAGE = Path(__file__).parents[1] / "docs" / "metrics-corpus.md"
SEED = "{name}{sep}(.*?) "
SAGIFY = r"{name}: ([0-9\.]+)"
HEAD = """\
# What is read from logs

<!-- Made by `python -m tools.metrics_corpus`. Do not edit. -->

{logs} logs, from most of which something is to be read, stand in `tests/corpus/metrics` with the rows that must come
out: name, step, value. Its README says which frameworks printed them and which were written after documentation.
Here they are read

- by **Skylift**, with no word of configuration,
- by patterns of the form that the templates had which this project grew from, `loss: (.*?) `, written for each
  metric by somebody who knows how it is spelled and what stands behind its name,
- by those that **sagify** 0.25.4 makes of `--metric-names`, `NAME: ([0-9\\.]+)`, given each name as the log spells it.

*Wrong* is a number that is no metric, or not the whole of it, or another metric's: `3.2` of `3.2e-05`, the `loss` of
`val_loss`. Patterns know no steps, so only names and values of theirs are compared.

| log | rows | Skylift right / wrong / missed | `loss: (.*?) ` | sagify |
|---|---|---|---|---|
"""


def page(every: list[Log]) -> str:
    rows = []
    sums: list[list[Score]] = [[], [], []]
    for log in every:
        scores = [of_reader(log), of_patterns(log, SEED), of_patterns(log, SAGIFY)]
        for one, score in zip(sums, scores, strict=True):
            one.append(score)
        rows.append(f"| {log.name} | {len(log.rows)} | {' | '.join(map(_told, scores))} |")
    rows.append(
        f"| **all** | {sum(len(log.rows) for log in every)} | {' | '.join(_told(total(one)) for one in sums)} |"
    )
    return HEAD.format(logs=len(every)) + "\n".join(rows) + "\n"


def _told(score: Score) -> str:
    return f"{score.right} / {score.wrong} / {score.missed}"


def main() -> int:
    text = page(logs())
    if "--check" in sys.argv[1:]:
        return int(text != PAGE.read_text())
    PAGE.write_text(text)
    print(text.rpartition("|---|\n")[2], end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
