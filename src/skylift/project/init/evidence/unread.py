"""Programs that are no Python of today: named, with the line, so that nobody wonders why they are not seen."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from skylift.project.init.evidence.survey import Survey
from skylift.project.source.parsing import parsed

_MOST = 3
_PYTHON_2 = re.compile(
    r"^[ \t]*(print[ \t]+[^\s=(,.\[:]|print[ \t]*>>|except[ \t]+[\w., ()]+,[ \t]*\w+[ \t]*:|exec[ \t]+['\"\w]|raise[ \t]+\w+,)",
    re.MULTILINE,
)


def unread(survey: Survey, programs: list[str]) -> Iterator[str]:
    """A line for each of some programs that could not be parsed.

    :param programs: those that are worth a look by their names, or their text.
    """
    count = 0
    for path in programs:
        text = survey.text(path)
        if not text.strip() or parsed(survey.root / path) is not None:
            continue
        count += 1
        if count > _MOST:
            yield "and more that could not be read"
            return
        line, what = _problem(text)
        old = _PYTHON_2.search(text)
        if old is not None:
            line = text.count("\n", 0, old.start(1)) + 1
            yield f"{path} is a program of Python 2 (line {line}), which no job runs: port it first, then run skylift init"
        else:
            yield f"{path} could not be read as Python ({what}, line {line}): what it does is not known"


def _problem(text: str) -> tuple[int, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError) as error:
        return 1, str(error) or "it is too much"
    return 1, "it is too long"
