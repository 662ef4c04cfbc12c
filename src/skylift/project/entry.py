"""Entry points: what people write, and the file behind it."""

from __future__ import annotations

from pathlib import Path


def entry_file(root: Path, entry_point: str) -> Path | None:
    """The source of a script, ``-m module`` or ``pkg.mod:function``; None when there is none."""
    text = entry_point.strip()
    if text.startswith("-m "):
        return _module_file(root, text[3:].strip())
    module, colon, _ = text.partition(":")
    if colon and not text.endswith(".py"):
        return _module_file(root, module)
    path = root / text
    return path if path.is_file() else None


def function_name(entry_point: str) -> str:
    """The function of ``pkg.mod:function``; empty for other forms."""
    _, colon, function = entry_point.partition(":")
    return function.strip() if colon and not entry_point.endswith(".py") else ""


def _module_file(root: Path, module: str) -> Path | None:
    parts = module.split(".")
    for base in (root, root / "src"):
        folder = base.joinpath(*parts)
        for path in (folder.with_suffix(".py"), folder / "__main__.py", folder / "__init__.py"):
            if path.is_file():
                return path
    return None
