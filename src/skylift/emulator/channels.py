"""The channels of a request, each with the mode it is really read in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def channels_of(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every channel, with the InputMode that is in force: its own, else the algorithm's."""
    usual = (request.get("AlgorithmSpecification") or {}).get("TrainingInputMode") or "File"
    return [
        {**channel, "InputMode": channel.get("InputMode") or usual}
        for channel in request.get("InputDataConfig") or ()
    ]


def folder_channels(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that the job sees as folders."""
    return [channel for channel in channels_of(request) if channel["InputMode"] != "Pipe"]


def pipe_channels(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that it reads from pipes."""
    return [channel for channel in channels_of(request) if channel["InputMode"] == "Pipe"]
