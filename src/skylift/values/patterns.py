"""Regular expressions that find a number behind words, in what Python, Java and RE2 have in common. Pure.

The service's engine is not documented, and a job's output reaches it with tabs and the like spelled ``#011``: what is
written here means the same to each of them, on a line as it was printed and as the service stores it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()\x00-\x1f\x7f]")
_SPECIAL_IN_CLASS = re.compile(r"[\\^\[\]&-]")
_JOINED = r"A-Za-z_/.@-"
"""What a name is not to stand right behind, or it is the end of another one. Not digits: a tab is stored as `#011`; nor a
colon, with which `logging` ends its own part of a line."""
_CONTROL = r"(?:\s|#0[0-3][0-7])"
_COLOUR = r"\[[0-9;]*m"
_BLANKS = re.compile(r"\s+")
_MOST_IN_FRONT = 200
_SHORTEST_IN_FRONT = 2
_FLAGS = frozenset("aiLmsux")
_CODES = frozenset("xuUN0123456789")
"""What begins a letter that is given by its number."""
_TOKEN = re.compile(
    r"\\(?P<escaped>.)|\[(?P<negated>\^?)(?P<inside>\]?(?:\\.|[^\]\\])*)\]"
    r"|\((?P<flags>\?[aiLmsux]*)?(?P<kind>(?(flags)(?:P?<[^=!>]*>|<[=!]|P=\w+|[:=!>#(]|[)]|[-\w]*:))?)"
    r"|(?P<repeated>(?:[*+?]|\{\d*,?\d*\})(?P<possessive>\+?))|(?P<other>.)",
    re.DOTALL,
)


def number_behind(words: str, others: Iterable[str] = (), more: str = "") -> str:
    r"""A pattern for the number behind some words: ``val_loss: `` as it was printed.

    It does not find them in the end of a longer name, nor in the end of others that are named.

    >>> number_behind("auc: ")
    '(?:^|[^A-Za-z_/.@-]|\\[[0-9;]*m)auc:\\s*([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)'

    :param others: words of others' numbers.
    :param more: a pattern for what may stand between the words and the number besides.
    """
    longer = {other.removesuffix(words) for other in others if other != words and other.endswith(words)}
    front = in_front(longer) if words[:1].isalnum() or words[:1] == "_" else ""
    return front + spelled(words) + more + NUMBER


def spelled(words: str) -> str:
    r"""Words as a pattern: however they are padded, and whichever way a tab is spelled.

    >>> spelled("test loss\t"), spelled("loss = ")
    ('test +loss(?:\\s|#0[0-3][0-7])+', 'loss +=\\s*')
    """
    parts = []
    at = 0
    for blank in _BLANKS.finditer(words):
        parts.append(plain(words[at : blank.start()]))
        behind_sign = bool(blank.start()) and not words[blank.start() - 1].isalnum()
        is_last = blank.end() == len(words)
        one = _CONTROL if blank[0].strip(" ") else r"\s" if is_last else " "
        parts.append(one + ("*" if is_last and behind_sign else "+"))
        at = blank.end()
    return "".join([*parts, plain(words[at:])])


def plain(text: str) -> str:
    """
    >>> plain("a.b (c)")
    'a\\\\.b \\\\(c\\\\)'
    """
    return _SPECIAL.sub(_as_pattern, text)


def _as_pattern(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"(?:\\x{code:02x}|#{code:03o})" if code < 32 or code == 127 else "\\" + found[0]


def in_front(words: Iterable[str] = ()) -> str:
    r"""What stands in front of a name, where it is not the end of another, and not behind one of these words.

    What looks behind says it in fewer letters, but RE2 has none of that.

    >>> in_front(), in_front(["at "])
    ('(?:^|[^A-Za-z_/.@-]|\\[[0-9;]*m)', '(?:(?:^|[^ A-Za-z_/.@-]|\\[[0-9;]*m)|(?:^|[^t]) |(?:^|[^a])t )')
    """
    told = [word for word in dict.fromkeys(words) if word]
    depth = max(map(len, told), default=0)
    while True:
        alternatives = list(_not_behind(_tree(word[-depth:] if depth else "" for word in told), ""))
        text = f"(?:{'|'.join(alternatives)})" if told else alternatives[0]
        if len(text) <= _MOST_IN_FRONT or depth <= _SHORTEST_IN_FRONT:
            return text
        depth -= 1


def _tree(words: Iterable[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in reversed(word):
            node = node.setdefault(letter, {})
        if node is not tree:
            node["end"] = {}
    return tree


def _not_behind(node: dict[str, Any], suffix: str) -> Iterator[str]:
    """For each end of a word: that end, with another letter in front than the word has there."""
    if "end" in node:
        return
    letters = _SPECIAL_IN_CLASS.sub(lambda found: "\\" + found[0], "".join(sorted(node)))
    yield f"(?:^|[^{letters}]){plain(suffix)}" if suffix else f"(?:^|[^{letters}{_JOINED}]|{_COLOUR})"
    for letter, below in sorted(node.items()):
        yield from _not_behind(below, letter + suffix)


def outside_common(pattern: str) -> str:
    r"""What a pattern uses that not every engine has; empty when it is in the common subset.

    >>> outside_common(r"loss: (\S+)"), outside_common(r"(?<!val_)loss: (\S+)"), outside_common(r"(a)\1")
    ('', 'a look behind or ahead', 'a reference to a group')
    """
    return next((why for token in _TOKEN.finditer(pattern) if (why := _uncommon(token))), "")


def _uncommon(token: re.Match[str]) -> str:
    kind, escaped, inside = token["kind"] or "", token["escaped"] or "", token["inside"] or ""
    found = {
        "a look behind or ahead": kind.endswith(("=", "!")) and "P=" not in kind,
        "a reference to a group": "P=" in kind or escaped in set("123456789"),
        "a group with a name": "<" in kind and kind.endswith(">"),
        "an atomic group": kind.endswith(">"),
        "a comment": kind.endswith("#"),
        "a condition": kind.endswith("("),
        "a repetition that gives nothing back": bool(token["possessive"]),
        f"\\{escaped}": escaped in set("ZzGKRXNuU"),
        "a bracket inside brackets": "[" in re.sub(r"\\.", "", inside) or "&&" in inside,
    }
    return next((why for why, there in found.items() if there), "")


def literal_in(pattern: str) -> str:
    r"""The longest text that stands in whatever the pattern matches; empty when that can not be told.

    >>> literal_in(r"(?:^|[^a-z])val_loss: *([0-9.]+)"), literal_in("a|b"), literal_in("(?i)loss=(.*)")
    ('val_loss:', '', '')
    """
    found, run, depth = [""], "", 0
    for token in _TOKEN.finditer(pattern):
        escaped, other = token["escaped"] or "", token["other"] or ""
        if other == "|" and not depth:
            return ""
        if set(token["flags"] or "") & _FLAGS or escaped in _CODES:
            return ""
        one = escaped if escaped and not escaped.isalnum() else other if other not in ".^$|)" else ""
        if one and not depth:
            run += one
            continue
        if token["repeated"] and not depth and token["repeated"][0] != "+":
            run = run[:-1]
        found.append(run)
        run = ""
        opens = token[0].startswith("(") and token["kind"] != ")"
        depth += opens - (other == ")")
    return max([*found, run], key=len)
