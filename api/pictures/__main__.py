"""The worker: a picture on stdin, its type as the argument; the answer's first line says what follows."""

import contextlib
import resource
import sys

from api.pictures.redraw import NotDrawn, redraw

MEMORY = 512 * 1024 * 1024
"""Bytes of address space, of which a picture of 40 million pixels needs less than half."""

PROCESSOR = 2
"""Seconds; one of 40 million pixels needs about one."""


def main() -> None:
    """One picture, then the end."""
    with contextlib.suppress(ValueError, OSError):  # where the system knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        kind, drawn = redraw(data, sys.argv[1])
    except NotDrawn as error:
        kind, drawn = f"refused {error.code}", b""
    except MemoryError:
        kind, drawn = "refused too_big", b""
    sys.stdout.buffer.write(kind.encode() + b"\n" + drawn)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
