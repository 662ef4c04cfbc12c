"""Write docs/failures.md: run each program of the catalogue under each runtime, and show what is told.

python -m tools.failures [--only NAME …]     # --only prints instead of writing
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.base_image import Unavailable
from tests.failing_programs import CHAPTERS, Failing
from tests.foreign import DRIVERS_VERSION, TOOLKIT_VERSION, Foreign
from tests.services import Machine
from tools.ways import SDK_V3, WAYS, Ring, Told, Way, python_version, sources

PAGE = Path(__file__).parents[1] / "docs" / "failures.md"
EXIT_UNAVAILABLE = 3
Answers = Mapping[tuple[str, str], Told]
"""By the name of the program and of the runtime."""

HEAD = """\
# What a failed job says

<!-- Made by `make failures`, which runs every program below under every runtime. Do not edit. -->

A training job failed overnight. What you have in the morning is one line in a console or a chat: the job's
`FailureReason`. SageMaker makes it of what the container wrote to `/opt/ml/output/failure` and of the exit code,
`AlgorithmError: …, exit code: n`, and keeps 1,024 characters. Whether that line is the reason or a request to go
and read a log depends on the runtime inside the container. So here are {count} small programs that fail in the ways
programs do, and what each runtime makes of them:

- **Skylift**, `skylift_runtime`.
- **sagemaker-training {toolkit} in a framework image**, as the PyTorch and TensorFlow images call it: the end of the
  program's stderr, from the first line that names a known exception on, duplicates removed, goes into the text.
- **sagemaker-training {toolkit} by itself**, as in an image of your own that installs it: its console script `train`.
- **SDK v3**, the drivers that `ModelTrainer` of sagemaker-train {drivers} sends along with your code.

Each really ran, on Python {python}, on {date}, with a real `/opt/ml`; the texts are what stood in the failure file,
put together as the service does. Where this machine keeps its Python they say `/usr/local`. The whole traceback is
in the log under each of them; this is about the one line that travels further than the log.

{summary}

*Names what went wrong*: the message that the program ended with stands in the text. *Names the place*: the file and
the line in the user's code do, for the {places} programs that have one. *Keeps the exit code*: the job's is the
program's own, or 128 + n for signal n; a retry that is to happen only after certain codes depends on it.

SDK v3 writes the traceback of its own driver, which is the same each time. It is shown in full once, under
"{first}"; after that `[…]` stands for what is the same. All other texts are whole, and stand once where two
runtimes say the same.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.failures", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="print these, write nothing")
    only = parser.parse_args().only
    chapters = {
        title: [program for program in programs if not only or program.name in only]
        for title, programs in CHAPTERS.items()
    }
    chapters = {title: programs for title, programs in chapters.items() if programs}
    with tempfile.TemporaryDirectory() as scratch:
        try:
            ring = Ring.open(
                Foreign(Machine({**os.environ, "SKYLIFT_TEST_INSTALL": "1"}), sys.executable), Path(scratch)
            )
        except Unavailable as reason:
            print(f"not available here: {reason}", file=sys.stderr)
            return EXIT_UNAVAILABLE
        answers = {
            (program.name, way.name): _run(ring, way, program) for program in every(chapters) for way in WAYS
        }
    text = page(chapters, answers, dt.datetime.now(dt.timezone.utc).date())
    if only:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
    return 0


def every(chapters: Mapping[str, list[Failing]]) -> Iterator[Failing]:
    for programs in chapters.values():
        yield from programs


def _run(ring: Ring, way: Way, program: Failing) -> Told:
    told = ring.run(way, program)
    print(f"{program.name}, {way.name}: exit code {told.code}", file=sys.stderr)
    return told


def page(chapters: Mapping[str, list[Failing]], answers: Answers, today: dt.date) -> str:
    programs = list(every(chapters))
    head = HEAD.format(
        count=len(programs), toolkit=TOOLKIT_VERSION, drivers=DRIVERS_VERSION, python=python_version(), date=today,
        summary=summary(programs, answers), places=sum(program.place is not None for program in programs),
        first=programs[0].name,
    )  # fmt: skip
    parts = [head]
    for title, members in chapters.items():
        parts.append(f"## {title}\n")
        parts += [section(program, answers, whole=program is programs[0]) for program in members]
    return "\n".join(parts)


def summary(programs: list[Failing], answers: Answers) -> str:
    lines = [
        f"| of {len(programs)} programs | names what went wrong | names the place | keeps the exit code |",
        "|---|---|---|---|",
    ]
    for way in WAYS:
        told = [(program, answers[program.name, way.name]) for program in programs]
        counts = (
            sum(names_it(program, one) for program, one in told),
            sum(names_the_place(program, one) for program, one in told),
            sum(one.code == program.code for program, one in told),
        )
        lines.append(f"| {way.name} | {' | '.join(map(str, counts))} |")
    return "\n".join(lines)


def names_it(program: Failing, told: Told) -> bool:
    return program.what.strip() in told.reason


def names_the_place(program: Failing, told: Told) -> bool:
    if program.place is None:
        return False
    file, line = program.place
    return any(form in told.reason for form in (f"{file}:{line}", f'{file}", line {line}'))


def section(program: Failing, answers: Answers, *, whole: bool) -> str:
    lines = [f"### {program.name}", ""]
    for path, text in sources(program).items():
        kind = "python" if path.endswith(".py") else "sh"
        lines += [f"`{path}`:", f"```{kind}", text.strip(), "```", ""] if text else [f"`{path}`, empty", ""]
    said: dict[str, list[str]] = {}
    for way in WAYS:
        told = answers[program.name, way.name]
        text = told.reason if whole or way is not SDK_V3 else _last_line(told.reason)
        said.setdefault(_printable(text), []).append(way.name)
    for text, names in said.items():
        lines += [f"**{', and '.join(names)}**", "```text", text, "```", ""]
    return "\n".join(lines)


def _last_line(text: str) -> str:
    """The prefix and what differs; the traceback of the driver is the same each time."""
    head, tail = text.partition("\n")[0], text[text.rfind("subprocess.CalledProcessError") :]
    return f"{head}\n[…]\n{tail}" if "subprocess.CalledProcessError" in text else text


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


if __name__ == "__main__":
    sys.exit(main())
