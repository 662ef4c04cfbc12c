"""What a shell offers while somebody types. Whatever goes wrong, it offers less and says nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
)

from skylift.cli.options import ask
from skylift.cli.run_command import RAW
from skylift.errors import SkyliftError
from skylift.report.text import safe

if TYPE_CHECKING:
    from skylift.flow.parameters import Declared
    from skylift.values.arguments import Parameter

LINE_VARIABLE = "_SKYLIFT_LINE"
_BREAKS_VARIABLE = "_SKYLIFT_WORDBREAKS"
_ESCAPED = r"\\\1"
_SWITCHES = ("true", "false")
_BACK = 10
"""How far back runs are offered by their place: `@last~9`."""
_BASH = """\
_skylift_completion() {
    local reply type value
    COMPREPLY=()
    reply=$(env _SKYLIFT_COMPLETE=bash_complete _SKYLIFT_LINE="${COMP_LINE:0:COMP_POINT}" \\
        _SKYLIFT_WORDBREAKS="$COMP_WORDBREAKS" "$1" 2>/dev/null)
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            *) COMPREPLY+=("$value"); [[ $value == *= ]] && compopt -o nospace ;;
        esac
    done <<< "$reply"
}

complete -o nosort -F _skylift_completion skylift
"""
_ZSH = """\
#compdef skylift

_skylift_completion() {
    local -a described plain open reply
    local type value text
    (( ! $+commands[skylift] )) && return 1
    reply=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
        _SKYLIFT_COMPLETE=zsh_complete skylift 2>/dev/null)}")
    for type value text in ${reply}; do
        case $type in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            *)
                if [[ $value == *= ]]; then open+=("$value")
                elif [[ $text == _ ]]; then plain+=("$value")
                else described+=("${value//:/\\\\:}:$text")
                fi ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
    (( $#open )) && compadd -U -S '' -V unsorted -a open
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _skylift_completion "$@"
else
    compdef _skylift_completion skylift
fi
"""
_FISH = """\
function _skylift_completion
    for line in (env _SKYLIFT_COMPLETE=fish_complete COMP_WORDS=(commandline -cp | string collect) \\
            COMP_CWORD=(commandline -ct | string collect) skylift 2>/dev/null)
        set -l found (string split --max 1 , -- $line)
        switch $found[1]
            case dir
                __fish_complete_directories (commandline -ct)
            case file
                __fish_complete_path (commandline -ct)
            case plain
                printf '%s\\n' $found[2]
        end
    end
end

complete --no-files --keep-order --command skylift --arguments "(_skylift_completion)"
"""


class _Bash(BashComplete):
    """Bash cuts words at ``=`` and ``:``, and puts what it is told in the place of the last piece."""

    source_template = _BASH

    @staticmethod
    def _check_version() -> None:
        # Asking bash for its version costs more than the answer: an old one does not know `nosort` and says so.
        return

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get(LINE_VARIABLE)
        if line is None:
            return super().get_completion_args()
        words = click.shell_completion.split_arg_string(line)
        inside = bool(words) and not line[-1:].isspace()
        return words[1:-1] if inside else words[1:], words[-1] if inside and len(words) > 1 else ""

    def format_completion(self, item: CompletionItem) -> str:
        line = os.environ.get(LINE_VARIABLE, "")
        quote = _open_quote(line)
        if quote:
            # In quotes bash cuts nothing, and little has a meaning.
            said = str(item.value)
            return f"{item.type}," + (re.sub(r'(["$`])', _ESCAPED, said) if quote == '"' else said)
        breaks = [letter for letter in os.environ.get(_BREAKS_VARIABLE, "") if letter in "=:"]
        value = re.sub(r"([ \\'\"$`;&|<>()*?])", _ESCAPED, str(item.value))
        typed = line.split()[-1] if line[-1:].strip() else ""
        kept = max((typed.rfind(letter) for letter in breaks), default=-1) + 1
        return f"{item.type},{value[kept:]}"


def _open_quote(line: str) -> str:
    r"""The quote that a line ends in; empty for none.

    >>> [_open_quote(line) for line in ("a 'b", 'a "b" "c', "a 'b'", r"it\'s", r'\"it', '"it\'s')]
    ["'", '"', '', '', '', '"']
    """
    quote, escaped = "", False
    for letter in line:
        if escaped:
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif not quote and letter in "\"'":
            quote = letter
        elif letter == quote:
            quote = ""
    return quote


class _Zsh(ZshComplete):
    source_template = _ZSH


class _Fish(FishComplete):
    """What is offered may have commas in it, which click's own script takes for the end of it."""

    source_template = _FISH

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.type},{item.value}" + (f"\t{item.help}" if item.help else "")


def answer_shells() -> None:
    """Have click answer by our scripts."""
    add_completion_class(_Bash)
    add_completion_class(_Zsh)
    add_completion_class(_Fish)


def script(shell: str) -> str:
    """What a shell has to read for that."""
    return {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}[shell]


def verbs(known: Mapping[str, str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name, help=text) for name, text in known.items() if name.startswith(incomplete)]


def offered(kind: str, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """What can stand at this place of the command line; nothing that a terminal would obey."""
    items = [item for item in _offered(kind, ctx, incomplete) if str(item.value).isprintable()]
    for item in items:
        item.help = safe(item.help) if item.help else item.help
    return items


def _offered(kind: str, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    try:
        if kind in _OF_RUNS:
            return list(_OF_RUNS[kind](Path(ctx.params.get("folder") or "."), incomplete))
        if kind == "parameters" and ctx.meta.get(RAW) is None:
            return []
        found = ask(ctx.params.get("folder"), ctx.params.get("job"), ctx.params.get("overrides") or ())
    except (SkyliftError, OSError):
        return []
    if kind == "parameters":
        return list(_parameters(found, ctx, incomplete)) if found is not None else []
    settings = found.settings if found is not None else None
    targets = dict.fromkeys(["local", "docker", *(settings.targets if settings else ())])
    names: Iterable[str] = targets if kind == "targets" else settings.jobs if settings else ()
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _parameters(found: Declared, ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    name, equals, value = incomplete.partition("=")
    given = {item.partition("=")[0].replace("-", "_") for item in ctx.params.get("parameters") or ()}
    schema = _in_scope(found, ctx)
    if equals:
        for text in _values(found, schema.get(name.replace("-", "_")), name):
            if text.startswith(value):
                yield CompletionItem(f"{name}={text}")
        return
    commands = ["command"] if found.schema.commands else []
    offered = [
        *((key, "which sub-command") for key in commands),
        *((p.key, p.help) for p in schema.values() if "*" not in p.key),
    ]
    for key, text in offered:
        wanted = key.replace("-", "_")
        if wanted not in given and wanted.startswith(name.replace("-", "_")):
            yield CompletionItem(f"{key}=", help=" ".join(text.split()) or None)


def _in_scope(found: Declared, ctx: click.Context) -> dict[str, Parameter]:
    said = [
        item.partition("=")[2] for item in ctx.params.get("parameters") or () if item.startswith("command=")
    ]
    return {p.key.replace("-", "_"): p for p in found.within(said[-1] if said else None)}


def _values(found: Declared, parameter: Parameter | None, name: str) -> Iterable[str]:
    if name == "command" and found.schema.commands:
        return found.schema.commands
    if parameter is None:
        return ()
    if parameter.choices:
        return [str(choice) for choice in parameter.choices]
    return _SWITCHES if parameter.type == "bool" else ()


def _runs(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    """The letters that end a run's name are its own; its whole name is offered to those who begin it."""
    from skylift.flow.names import jobs_of, run_names

    if incomplete.startswith("@last:"):
        yield from (
            CompletionItem(f"@last:{job}") for job in jobs_of(folder) if f"@last:{job}".startswith(incomplete)
        )
        return
    names = run_names(folder)
    back = [f"@last~{number}" for number in range(1, min(len(names), _BACK))] if incomplete else []
    for name in ("@last", *back, *(name[-4:] for name in names), *(names if incomplete else ())):
        if name.startswith(incomplete):
            yield CompletionItem(name)


def _fields(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    """Fields with commas between them; the last one is to be completed."""
    before, comma, begun = incomplete.rpartition(",")
    for name, text in _field_names(folder, begun):
        yield CompletionItem(before + comma + name, help=text)


def _order(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    before, comma, begun = incomplete.rpartition(",")
    sign = "-" * begun.startswith("-")
    for name, text in _field_names(folder, begun.removeprefix("-")):
        yield CompletionItem(before + comma + sign + name, help=text)


def _question(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    """The field that a question begins with, or ends in."""
    said = re.fullmatch(r"(.*(?:\b(?:and|or|not)\s+|\())?([\w:./@-]*)", incomplete, re.DOTALL)
    if said is not None:
        for name, text in _field_names(folder, said[2]):
            yield CompletionItem((said[1] or "") + name, help=text)


def _metrics(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    from skylift.flow.names import names_of

    return (CompletionItem(name) for name in names_of(folder, "metric") if name.startswith(incomplete))


def _field_names(folder: Path, begun: str) -> Iterator[tuple[str, str | None]]:
    from skylift.flow.names import fields_of

    return ((name, text or None) for name, text in fields_of(folder, begun))


_OF_RUNS: dict[str, Callable[[Path, str], Iterator[CompletionItem]]] = {
    "runs": _runs,
    "fields": _fields,
    "order": _order,
    "question": _question,
    "metrics": _metrics,
}
