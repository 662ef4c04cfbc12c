"""Runs in the Python that bytecode is made for: sources come on stdin, unchecked-hash .pyc go to stdout.

Standard library only, Python 3.8 and later. A request is ``>IQ`` (length of path, length of source),
path, source; the answer is ``>Q`` and that many bytes, none for a source that does not compile.
"""

import importlib.util
import marshal
import struct
import sys

# PEP 552: hash-based, and the source is not looked at again when the module is imported.
UNCHECKED = struct.pack("<I", 0b01)


def compiled(path: str, source: bytes) -> bytes:
    try:
        code = compile(source, path, "exec", dont_inherit=True, optimize=0)
        body = marshal.dumps(code)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return b""
    return importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(source) + body


def main() -> None:
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        head = requests.read(12)
        if len(head) < 12:
            return
        path_length, source_length = struct.unpack(">IQ", head)
        path = requests.read(path_length).decode("utf-8", "surrogateescape")
        pyc = compiled(path, requests.read(source_length))
        answers.write(struct.pack(">Q", len(pyc)) + pyc)
        answers.flush()


if __name__ == "__main__":
    main()
