"""The page of the record: from the table in `values/record_fields.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skylift.values.record import EQUAL_ON_EVERY_BACKEND, OURS, PRESENT_ON_EVERY_BACKEND
from skylift.values.record_fields import OF_THE_SERVICE, OURS_BY_PATH, Field

HEAD = """\
# The record

`.skylift/runs/<run>/record.json`, which `skylift show RUN --json` prints. At top level it is the answer of
`DescribeTrainingJob`, with times as ISO-8601 in UTC; all of Skylift's stands under the one key `Skylift`. Keys that a version
does not know survive its rewriting. The record of a run that has ended never changes.

*Where* says how a field is across targets: **equal** for the same project, arguments and files wherever it ran; **present**
everywhere, with the value of that place; else there where it makes sense. `[]` stands for each of a list, `<name>` for names that
are yours.

The reserved channel `skylift`, which some jobs in the cloud have, is left out of what is equal.
"""


def page() -> str:
    ours = [field._replace(path=f"{OURS}.{field.path}") for field in OURS_BY_PATH]
    lines = [HEAD, "## Skylift's own fields", "", *_table(ours), "", "## Of the service's fields", ""]
    lines += ["The rest of `DescribeTrainingJob`'s answer is there as the service gives it.", ""]
    lines += [
        *_table(OF_THE_SERVICE),
        "",
        "## Equal everywhere",
        "",
        "The whole list, which a test holds every target to:",
    ]
    lines += ["", *(f"- `{name}`" for name in EQUAL_ON_EVERY_BACKEND)]
    return "\n".join(lines) + "\n"


def _table(fields: Iterable[Field]) -> Iterator[str]:
    yield from ("| field | shape, unit | where | what |", "|---|---|---|---|")
    for field in fields:
        yield f"| `{field.path}` | {field.shape} | {_where(field.path)} | {field.what} |"


def _where(path: str) -> str:
    if _is_among(path, EQUAL_ON_EVERY_BACKEND):
        return "equal"
    return "present" if _is_among(path, PRESENT_ON_EVERY_BACKEND) else ""


def _is_among(path: str, listed: Iterable[str]) -> bool:
    """Whether a field is one of those, or stands below one."""
    return any(path == name or path.startswith(f"{name}.") for name in listed)
