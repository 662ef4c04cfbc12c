"""The YAML that people write by hand: maps, lists and scalars on lines of their own, and ``[a, b]``.

What is more than that (anchors, blocks of text, tags, flows over several lines) is read as text or left out; nothing
that was left out makes the rest wrong. It is for files whose meaning we know, and no reader of any YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(
    r"(?P<key>\"[^\"]*\"|'[^']*'|[^\s#'\"\[\]{},-][^#'\"\[\]{},]*?|-[^\s#:]+)\s*:(?:\s+(?P<rest>.*))?$"
)
_COMMENT = re.compile(r"(^|\s)#.*$")
_DEEPEST = 40
_MOST_LINES = 3000
_LONGEST = 1000
"""Nobody writes longer lines by hand."""


@dataclass(frozen=True)
class _Line:
    indent: int
    text: str


def read_yaml(text: str) -> Any:
    """Maps, lists and strings; every scalar is a string, for ``3.10`` is no number where it is a version."""
    lines = [_line(raw) for raw in text.expandtabs().splitlines()[:_MOST_LINES] if len(raw) < _LONGEST]
    kept = [line for line in lines if line.text and line.text not in ("---", "...")]
    value, _ = _block(kept, 0, 0, 0)
    return value


def _line(raw: str) -> _Line:
    text = raw if _quoted_hash(raw) else _COMMENT.sub("", raw)
    return _Line(len(text) - len(text.lstrip()), text.strip())


def _quoted_hash(raw: str) -> bool:
    return re.search(r"(['\"])[^'\"]*#[^'\"]*\1", raw) is not None


def _block(lines: list[_Line], start: int, indent: int, depth: int) -> tuple[Any, int]:
    """The value that begins at a line and is indented at least so far, and the line after it."""
    if start >= len(lines) or lines[start].indent < indent or depth > _DEEPEST:
        return None, start
    here = lines[start].indent
    if lines[start].text == "-" or lines[start].text.startswith("- "):
        return _list(lines, start, here, depth)
    if _KEY.match(lines[start].text):
        return _map(lines, start, here, depth)
    return _scalar(lines[start].text), start + 1


def _list(lines: list[_Line], start: int, indent: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while start < len(lines) and lines[start].indent == indent and lines[start].text[:2] in ("-", "- "):
        rest = lines[start].text[1:]
        inner = indent + 1 + len(rest) - len(rest.lstrip())
        if rest.strip():
            # `- pip:` begins a map whose keys stand under `pip`.
            lines[start] = _Line(inner, rest.strip())
            value, after = _block(lines, start, inner, depth + 1)
        else:
            value, after = _block(lines, start + 1, indent + 1, depth + 1)
        found.append(value)
        start = max(after, start + 1)
    return found, start


def _map(lines: list[_Line], start: int, indent: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while start < len(lines) and lines[start].indent >= indent:
        match = _KEY.match(lines[start].text) if lines[start].indent == indent else None
        if match is None:
            if lines[start].indent == indent:
                break
            # What hangs below a scalar is its continuation, which has no meaning for us.
            start += 1
            continue
        key, rest = str(_scalar(match["key"])), (match["rest"] or "").strip()
        start += 1
        if rest and rest not in ("|", ">", "|-", ">-"):
            found[key] = _scalar(rest)
        else:
            # A list may stand as far to the left as its key.
            dash = start < len(lines) and lines[start].text[:2] in ("-", "- ")
            found[key], start = _block(lines, start, indent if dash else indent + 1, depth + 1)
    return found, start


def _scalar(text: str) -> Any:
    text = text.strip()
    if text[:1] == "[" and text[-1:] == "]":
        return [_scalar(part) for part in _parts(text[1:-1])]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _parts(text: str) -> list[str]:
    return [part for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^,\s][^,]*", text) if part.strip()]
