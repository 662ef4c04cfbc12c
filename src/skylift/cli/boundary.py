"""The one place where errors become words and exit codes."""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from skylift.cli.paint import colour, settle
from skylift.errors import SkyliftError
from skylift.host.redaction import redact_text
from skylift.report.text import safe

_BUG = 1
_USAGE = 2
_NOT_READY = 3
_INTERRUPTED = 130
_REMEDIES = {
    errno.ENOSPC: "make room; caches can go: they are in $SKYLIFT_CACHE_DIR or ~/.cache/skylift",
    errno.EROFS: "the file system is read-only; work in a copy of the project",
}


def guarded(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command; the exit code. Expected errors get words, unexpected ones a report that can be sent."""
    code = _guarded(command, arguments)
    _flush(sys.stdout)
    _flush(sys.stderr)
    return code


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        # What could not be written now can not be written at the interpreter's end either, which would
        # make our exit code its own.
        _give_up(stream)


def _give_up(stream: TextIO) -> None:
    """From now on nobody reads it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _guarded(command: click.Command, arguments: Sequence[str]) -> int:
    # What follows `--` is for somebody else.
    ours = arguments[: arguments.index("--")] if "--" in arguments else arguments
    as_json = "--json" in ours
    _open_what_is_closed()
    result: object = 0
    try:
        try:
            result = command.main(list(arguments), prog_name="skylift", standalone_mode=False)
        finally:
            settle()
        sys.stdout.flush()
    except SkyliftError as error:
        return _known(error, as_json=as_json)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
    except click.exceptions.Exit as stop:
        result = stop.exit_code
    except click.ClickException as error:
        return _usage(error, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        _leave_threads_behind()
        return _INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # Whoever read our output has enough of it: `skylift runs | head`. Click makes an exit of that.
        _give_up(sys.__stdout__ or sys.stdout)
    except OSError as error:
        return _machine(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the boundary: nothing is swallowed, all of it is reported
        return _unexpected(error, as_json=as_json)
    return result if isinstance(result, int) else 0


def _open_what_is_closed() -> None:
    """`skylift run >&-` gives us no stdout at all; then nobody wants to read it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - until we end


def _leave_threads_behind() -> None:
    # Uploads under way would be waited for at the interpreter's end, and a registry that hangs has no end.
    if threading.active_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_INTERRUPTED)


def _machine(error: OSError, *, as_json: bool) -> int:
    """A full disk, a folder nobody may write to: the machine's state, not a bug."""
    where = f": {os.fsdecode(error.filename)}" if isinstance(error.filename, (str, bytes)) else ""
    what = f"{(error.strerror or type(error).__name__).lower()}{where}"
    hint = _REMEDIES.get(error.errno or 0, "see that the file or folder can be read and written")
    _tell(what, (hint,), kind="NotReady", facts={"errno": error.errno}, code=_NOT_READY, as_json=as_json)
    return _NOT_READY


def _known(error: SkyliftError, *, as_json: bool) -> int:
    if os.environ.get("SKYLIFT_DEBUG"):
        traceback.print_exception(error)
    tell(error, as_json=as_json)
    return error.exit_code


def tell(error: SkyliftError, *, as_json: bool = False) -> None:
    """What went wrong, in words, for whoever goes on after it."""
    _tell(
        str(error),
        error.hints,
        kind=type(error).__name__,
        facts=error.facts,
        code=error.exit_code,
        as_json=as_json,
    )


def _usage(error: click.ClickException, *, as_json: bool) -> int:
    context = getattr(error, "ctx", None)
    hint = f"{context.command_path} --help" if context is not None else "skylift --help"
    _tell(error.format_message(), (hint,), kind="UsageError", facts={}, code=_USAGE, as_json=as_json)
    return _USAGE


def _unexpected(error: Exception, *, as_json: bool) -> int:
    if os.environ.get("SKYLIFT_DEBUG"):
        raise error
    handle, path = tempfile.mkstemp(prefix="skylift-bug-", suffix=".txt")
    with os.fdopen(handle, "w") as stream:
        traceback.print_exception(error, file=stream)
    message = f"this is a bug in Skylift: {type(error).__name__}: {error}"
    _tell(
        message,
        (f"the details are in {path}; please report it",),
        kind="Bug",
        facts={},
        code=_BUG,
        as_json=as_json,
    )
    return _BUG


def _tell(
    message: str, hints: Sequence[str], *, kind: str, facts: dict[str, object], code: int, as_json: bool
) -> None:
    # Whoever wrote the message took care of secrets already; a URL that slipped through stops here.
    message, hints = redact_text(message), [redact_text(hint) for hint in hints]
    if as_json:
        body = {"error": {"type": kind, "message": message, "hints": list(hints), "exit_code": code, **facts}}
        click.echo(redact_text(json.dumps(body, default=str)))
        return
    try:
        _say(message, hints, kind)
    except OSError:
        # `2>/dev/full`: there is nobody to tell, and the exit code says it all the same.
        _give_up(sys.stderr)


def _say(message: str, hints: Sequence[str], kind: str) -> None:
    first, *rest = [safe(line) for line in message.splitlines()] or [kind]
    click.secho("error: ", fg="red", bold=True, nl=False, err=True, color=colour())
    click.echo("\n".join([first, *(f"       {line}" for line in rest)]), err=True)
    if hints:
        click.echo("", err=True)
    for hint in hints:
        click.secho("hint: ", fg="cyan", nl=False, err=True, color=colour())
        click.echo(safe(hint), err=True)
