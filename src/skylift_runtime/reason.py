"""Why a job failed, in the few words that the service keeps. Imported only when one has."""

from __future__ import annotations

import signal
from typing import Any, Mapping, Optional

from skylift_runtime.contract import FAILURE_TEXT_LIMIT
from skylift_runtime.failure import Ending
from skylift_runtime.hints import NOTHING, Surroundings, hint_for
from skylift_runtime.last_words import COLORS, complaint, explain, is_only_news, killed_worker, last_lines
from skylift_runtime.redaction import redact_text

_OTHERS_DEATHS = frozenset(
    {signal.SIGILL, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGKILL, signal.SIGSEGV}
)
"""That an exit code may tell of; the numbers that others would have are used for other things."""


def compose(head: str, where: str = "", hint: str = "") -> str:
    """Put a failure text together; when it is too long, the head gives way.

    >>> compose("ValueError: no rows", "train.py:3", "look at the data")
    'ValueError: no rows (train.py:3)\\nlook at the data'
    """
    tail = (" (%s)" % where if where else "") + ("\n" + hint if hint else "")
    tail = redact_text(tail)[:FAILURE_TEXT_LIMIT]
    # Messages are made for terminals, and this is read in a list, and in JSON.
    head = redact_text(COLORS.sub("", head).replace("\t", " ").strip())
    room = FAILURE_TEXT_LIMIT - len(tail)
    if len(head) > room:
        head = head[: max(room - 1, 0)] + "…"
    return (head + tail)[:FAILURE_TEXT_LIMIT]


def text_of(
    ending: Ending, facts: Optional[Mapping[str, Any]], command: str, around: Surroundings = NOTHING
) -> str:
    """The failure text of a process that ended badly.

    :param facts: what the bootstrap wrote down, if there was an uncaught exception.
    :param command: what ran, for a process that left no facts.
    """
    # Before anything is cut off: half a URL would no longer look like one.
    ending = ending._replace(said=redact_text(ending.said))
    if facts and not _only_a_code(facts):
        return _text_of_uncaught(facts, ending.said, around)
    return _text_of_others(ending, facts or {}, command, around)


def _text_of_uncaught(facts: Mapping[str, Any], output: str, around: Surroundings) -> str:
    dead = killed_worker("%s\n%s" % (output, facts["message"])) if _is_news(facts) else ""
    if dead:
        return compose("%s: %s" % (facts["exception"], dead), _where(facts), hint_for(dead, "", around))
    return _text_of_facts({**facts, "before": _said_before(facts, output, around.root)}, around)


def _text_of_others(ending: Ending, facts: Mapping[str, Any], command: str, around: Surroundings) -> str:
    """For what had no uncaught exception that we could see: the end of its output has to tell."""
    where = _where(facts)
    if ending.signal and ending.signal == signal.SIGKILL and not ending.stopped:
        return compose("killed by SIGKILL: %s" % (where or command), hint=hint_for(_how(ending), "", around))
    dead, said = killed_worker(ending.said), explain(ending.said, around.root)
    if dead or (said and _is_news(said)):
        words = dead or complaint(ending.said, passed_on=True)
        if words:
            return compose("exit code %d: %s" % (ending.code, words), "", hint_for(words, "", around))
    if said and (not facts or ending.signal or _is_last_word(said, ending.said)):
        return _text_of_facts({**said, "where": _where(said) or where, "ended": _how(ending)}, around)
    words = facts.get("complaint") or complaint(ending.said)
    if words:
        return compose("%s: %s" % (_how(ending), words), where or command, hint_for(str(words), "", around))
    return _text_without_words(ending, where, command, around)


def _text_without_words(ending: Ending, where: str, command: str, around: Surroundings) -> str:
    head, last = _how(ending), last_lines(ending.said)
    # Who was asked to stop was not killed for want of memory.
    hint = hint_for(last if ending.stopped else "%s\n%s" % (last, head), "", around)
    last = "its last words: " + last if last else ""
    late = "it did not end when it was asked to stop" if ending.signal == signal.SIGKILL else ""
    return compose(
        head if where else "%s: %s" % (head, command), where, "\n".join(filter(None, (late, last, hint)))
    )


def _how(ending: Ending) -> str:
    """
    >>> _how(Ending(137, 9)), _how(Ending(1)), _how(Ending(137)), _how(Ending(247)), _how(Ending(255))
    ('killed by SIGKILL', 'exit code 1', 'exit code 137 (128 + 9: killed by SIGKILL)', 'exit code 247 (-9: killed by SIGKILL)', 'exit code 255')
    """
    if ending.signal:
        return "killed by " + _signal_name(ending.signal)
    # As shells say it of a child, and `sys.exit(process.exitcode)` of Python's.
    for form, number in (("128 + %d", ending.code - 128), ("-%d", 256 - ending.code)):
        if number in _OTHERS_DEATHS:
            return "exit code %d (%s: killed by %s)" % (ending.code, form % number, _signal_name(number))
    return "exit code %d" % ending.code


def _where(facts: Mapping[str, Any]) -> str:
    known = facts.get("where") or ("%s:%d" % (facts["file"], facts["line"]) if facts.get("file") else "")
    return str(known)


def _only_a_code(facts: Mapping[str, Any]) -> bool:
    return facts["exception"] == "SystemExit" and isinstance(facts.get("code"), int)


def _is_news(facts: Mapping[str, Any]) -> bool:
    return is_only_news(str(facts["exception"]))


def _said_before(facts: Mapping[str, Any], output: str, root: str) -> str:
    """What a process that the job had started said, where the exception is only that it failed."""
    found = explain(output, root) if _is_news(facts) else None
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
        hint_for(head, str(facts.get("path") or ""), around, cause),
        str(facts.get("before") or ""),
        # `except KeyError: raise KeyError(…)`, or the same error raised again: it has been said.
        "caused by " + redact_text(cause)[:300] if cause.strip() not in ("", head.strip()) else "",
        "and %d more in the group" % facts["siblings"] if facts.get("siblings") else "",
        str(facts.get("ended") or ""),
    ]
    return compose(head, where, "\n".join(hint for hint in hints if hint))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number
