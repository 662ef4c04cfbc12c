"""``python -m skylift``"""

from __future__ import annotations

from skylift.cli import main

if __name__ == "__main__":
    main()
