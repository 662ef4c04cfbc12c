"""What goes wrong with a job through no fault of ours."""

from __future__ import annotations

from typing import ClassVar

from skylift.errors import SkyliftError


class JobFault(SkyliftError):
    """The request or what it names is at fault; the message is the FailureReason the service would give."""

    exit_code: ClassVar[int] = 4
