"""Training by a library's own command, without any program of the project: ``python -m spacy train config.cfg``."""

from __future__ import annotations

import re

from skylift.host.redaction import redact_text
from skylift.project.init.evidence.survey import Survey

_FILES = ("project.yml", "makefile", "readme.md", "readme.rst", "train.sh", "run.sh")
_MOST_BYTES, _LONGEST = 200_000, 400
_COMMAND = re.compile(
    r"""(?:^|[`"'$>])[ \t]*(?:-[ \t]+["']?)?(?P<command>(?:python[\d.]*[ ]+-m[ ]+)?"""
    r"""(?:(?:spacy|ludwig|allennlp|rasa|litgpt|yolo|axolotl|llamafactory-cli)[ ]+(?:train|finetune|pretrain|experiment)"""
    r"""|fairseq-(?:hydra-)?train|onmt_train|nnUNetv2_train)(?=[ \\])[^`"'\n]*)""",
    re.MULTILINE,
)


def library_command(survey: Survey) -> tuple[str, str]:
    """The first such command that is written down, and where; both empty when there is none."""
    for path in survey.named(*_FILES):
        text = survey.text(path)[:_MOST_BYTES]
        match = _COMMAND.search(text)
        if match:
            line = text.count("\n", 0, match.start("command")) + 1
            command = " ".join(match["command"].rstrip("\\").split())
            return redact_text(command[:_LONGEST]), f"{path}:{line}"
    return "", ""
