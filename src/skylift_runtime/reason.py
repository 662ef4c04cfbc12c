"""Why a job failed, in the few words that the service keeps. Imported only when one has."""

from __future__ import annotations

import re
import signal
from typing import Any, Mapping, Optional

from skylift_runtime.contract import FAILURE_TEXT_LIMIT
from skylift_runtime.failure import Ending
from skylift_runtime.hints import NOTHING, Surroundings, hint_for
from skylift_runtime.last_words import complaint, explain, is_only_news, last_lines

_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s'\"]+@")


def compose(head: str, where: str = "", hint: str = "") -> str:
    """Put a failure text together; when it is too long, the head gives way.

    >>> compose("ValueError: no rows", "train.py:3", "look at the data")
    'ValueError: no rows (train.py:3)\\nlook at the data'
    """
    tail = (" (%s)" % where if where else "") + ("\n" + hint if hint else "")
    tail = _without_passwords(tail)[:FAILURE_TEXT_LIMIT]
    head = _without_passwords(head.strip())
    room = FAILURE_TEXT_LIMIT - len(tail)
    if len(head) > room:
        head = head[: max(room - 1, 0)] + "…"
    return (head + tail)[:FAILURE_TEXT_LIMIT]


def _without_passwords(text: str) -> str:
    return _USERINFO.sub(r"\g<scheme>", text)


def text_of(
    ending: Ending, facts: Optional[Mapping[str, Any]], command: str, around: Surroundings = NOTHING
) -> str:
    """The failure text of a process that ended badly.

    :param facts: what the bootstrap wrote down, if there was an uncaught exception.
    :param command: what ran, for a process that left no facts.
    """
    # Before anything is cut off: half a URL would no longer look like one.
    ending = ending._replace(said=_without_passwords(ending.said))
    if facts and not _only_a_code(facts):
        return _text_of_facts({**facts, "before": _said_before(facts, ending.said, around.root)}, around)
    where = _where(facts or {})
    if ending.signal and ending.signal == signal.SIGKILL and not ending.stopped:
        return _text_of_kill(ending, where or command)
    said = explain(ending.said, around.root)
    if said and is_only_news(said["exception"]):
        words = complaint(ending.said, passed_on=True)
        if words:
            return compose("exit code %d: %s" % (ending.code, words), "", hint_for(words, "", around))
    if said and (not facts or ending.signal or _is_last_word(said, ending.said)):
        tail = (
            "exit code %d" % ending.code if not ending.signal else "killed by " + _signal_name(ending.signal)
        )
        return _text_of_facts({**said, "where": _where(said) or where, "ended": tail}, around)
    head = "exit code %d" % ending.code
    if ending.signal:
        head = "killed by %s" % _signal_name(ending.signal)
    words = (facts or {}).get("complaint") or complaint(ending.said)
    if words:
        return compose("%s: %s" % (head, words), where or command, hint_for(str(words), "", around))
    last = last_lines(ending.said)
    hint = hint_for(last, "", around) if last else ""
    last = "its last words: " + last if last else ""
    late = "it did not end when it was asked to stop" if ending.signal == signal.SIGKILL else ""
    return compose(
        head if where else "%s: %s" % (head, command), where, "\n".join(filter(None, (late, last, hint)))
    )


def _where(facts: Mapping[str, Any]) -> str:
    known = facts.get("where") or ("%s:%d" % (facts["file"], facts["line"]) if facts.get("file") else "")
    return str(known)


def _only_a_code(facts: Mapping[str, Any]) -> bool:
    return facts["exception"] == "SystemExit" and isinstance(facts.get("code"), int)


def _said_before(facts: Mapping[str, Any], output: str, root: str) -> str:
    """What a process that the job had started said, where the exception is only that it failed."""
    found = explain(output, root) if is_only_news(str(facts["exception"])) else None
    if not found or found["exception"] == facts["exception"]:
        return ""
    return "before that in the log: %s: %s%s" % (
        found["exception"],
        str(found["message"])[:300],
        " (%s:%d)" % (found["file"], found["line"]) if found["file"] else "",
    )


def _is_last_word(said: Mapping[str, Any], output: str) -> bool:
    """Whether the output ends with what was found in it; else the job had gone on after that."""
    return bool(said["message"]) and output.rstrip().endswith(str(said["message"]).rstrip())


def _text_of_kill(ending: Ending, command: str) -> str:
    hint = "a SIGKILL that nobody sent usually means that memory ran out"
    if ending.oom:
        hint = (
            "the kernel ended it because memory ran out: smaller batches, fewer workers, or a larger instance"
        )
    return compose("killed by SIGKILL: %s" % command, hint=hint)


def _text_of_facts(facts: Mapping[str, Any], around: Surroundings) -> str:
    exception, message = str(facts["exception"]), str(facts["message"])
    inner = explain(str(facts.get("inner") or ""), around.root)
    if inner:
        # Another process of the job's failed, and this one only passed the news on.
        return _text_of_facts({**inner, "ended": "in another process"}, around)
    where = _where(facts)
    head = "%s: %s" % (exception, message) if message else exception
    cause = str(facts.get("cause") or "")
    hints = [
        hint_for(head, str(facts.get("path") or ""), around),
        str(facts.get("before") or ""),
        "caused by " + _without_passwords(cause)[:300] if cause else "",
        "and %d more in the group" % facts["siblings"] if facts.get("siblings") else "",
        str(facts.get("ended") or ""),
    ]
    return compose(head, where, "\n".join(hint for hint in hints if hint))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number
