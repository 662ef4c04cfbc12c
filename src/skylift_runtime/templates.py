"""The places of a job that a project's config may name: ``{channel:train} {model} {gpus}`` and so on."""

from __future__ import annotations

import re

from skylift_runtime.failure import Unusable
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Mapping, Match

_PLACE = r"\{\{|\}\}|\{(?P<name>[a-z]+)(?::(?P<of>[^{}]*))?\}"


class Places(NamedTuple):
    """What each name stands for in this job."""

    named: Mapping[str, str]
    """``model output checkpoints gpus hosts rank run``."""
    channels: Mapping[str, str]

    def expand(self, template: str) -> str:
        """Put the places in; ``{{`` and ``}}`` are braces.

        :raises Unusable: for a name that there is not.

        >>> Places({"gpus": "4"}, {}).expand("--nproc={gpus} {{x}}")
        '--nproc=4 {x}'
        """
        return re.sub(_PLACE, self._place, template)

    def expand_all(self, templates: Mapping[str, str]) -> Dict[str, str]:
        return {key: self.expand(template) for key, template in templates.items()}

    def _place(self, match: Match[str]) -> str:
        if match.group("name") is None:
            return match.group()[0]
        name, of = match.group("name"), match.group("of")
        known = self.channels if name == "channel" else self.named
        wanted = of if name == "channel" else name
        if wanted not in known or (of is not None and name != "channel"):
            raise Unusable(
                "the project's config says `%s`, but there is only %s"
                % (match.group(), ", ".join("{%s}" % place for place in self._all()))
            )
        return known[wanted]

    def _all(self) -> list[str]:
        return sorted(self.named) + ["channel:" + name for name in sorted(self.channels)]
