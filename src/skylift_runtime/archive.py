"""Is ``__main__`` of ``runtime.pyz``: ``python runtime.pyz train``, and the bootstrap inside of it."""

import os
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["--bootstrap"]:
        from skylift_runtime.entry import run

        # Python puts the archive first even where it puts no script's folder there.
        del sys.path[0]
        run(sys.argv[2:], safe_path=bool(getattr(sys.flags, "safe_path", False)))
    else:
        from skylift_runtime.start import main

        code = main()
        # All that we say is on stderr and written: tidying up the interpreter would be waiting for nothing.
        os._exit(code)
