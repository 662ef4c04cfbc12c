"""How shells are answered: the script that each of them reads, and how what is offered is spelled for it."""

from __future__ import annotations

import os
import re

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
)

_LINE_VARIABLE = "_SKYLIFT_LINE"
_BREAKS_VARIABLE = "_SKYLIFT_WORDBREAKS"
_ESCAPED = r"\\\1"
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
        line = os.environ.get(_LINE_VARIABLE)
        if line is None:
            return super().get_completion_args()
        words = click.shell_completion.split_arg_string(line)
        inside = bool(words) and not line[-1:].isspace()
        return words[1:-1] if inside else words[1:], words[-1] if inside and len(words) > 1 else ""

    def format_completion(self, item: CompletionItem) -> str:
        line = os.environ.get(_LINE_VARIABLE, "")
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
