"""``skylift completion``"""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(*, shell: str) -> None:
    """Print the script that makes a shell complete verbs, options, targets, runs, and your script's parameters.

    \b
    bash  echo 'eval "$(skylift completion bash)"' >> ~/.bashrc
    zsh   echo 'eval "$(skylift completion zsh)"' >> ~/.zshrc    (after compinit)
    fish  skylift completion fish > ~/.config/fish/completions/skylift.fish
    """
    from skylift.cli.shells import script

    click.echo(script(shell), nl=False)
