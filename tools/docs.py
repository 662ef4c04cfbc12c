"""Write docs/reference from the code; ``--check`` fails when what is there is another text.

python -m tools.docs [--check]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.reference import commands, config, errors, python, record, variables

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/docs.py from the code; `make docs` renews it. -->\n\n"
PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands.page,
    "config.md": config.page,
    "environment.md": variables.page,
    "errors.md": errors.page,
    "python.md": python.page,
    "record.md": record.page,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, make in PAGES.items():
        path, text = FOLDER / name, MADE + make()
        if check and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        print(f"stale: {', '.join(stale)}; run `make docs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
