"""The widget's files as they are served: compressed once, named by their content."""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_STUB = "stub.js"
_COMMENT = re.compile(rb"^[ \t]*(?://[^\n]*|/\*.*?\*/)[ \t]*\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(rb"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. ``etag`` is quoted as the header wants it."""

    media_type: str
    plain: bytes
    packed: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files of one version. ``version`` changes with any of them, so whatever bears it in its
    address may be kept for ever."""

    version: str
    stub: Asset
    modules: Mapping[str, Asset]

    @property
    def packed_bytes(self) -> int:
        """What a browser loads in one language and all others together, compressed."""
        return len(self.stub.packed) + sum(len(one.packed) for one in self.modules.values())


def load() -> Assets:
    """Read everything; the stub learns the version and what to fetch along with it."""
    folder = files("api.widget").joinpath("static")
    found = {
        entry.name: _light(entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.rpartition(".")[2] in _TYPES
    }
    everything = hashlib.sha256(b"\0".join(found[name] for name in sorted(found)))
    version = everything.hexdigest()[:12]
    stub = found.pop(_STUB)
    modules = [name for name in found if name.endswith(".js") and not name.startswith("words.")]
    stub = stub.replace(b"__VERSION__", version.encode())
    stub = stub.replace(b"__MODULES__", " ".join(modules).encode())
    return Assets(
        version=version,
        stub=_asset(_STUB, stub),
        modules={name: _asset(name, data) for name, data in found.items()},
    )


def _light(source: bytes) -> bytes:
    """Without whole-line comments and indentation: nobody's page has to load what only we read."""
    return _INDENT.sub(b"", _COMMENT.sub(b"", source))


def _asset(name: str, data: bytes) -> Asset:
    return Asset(
        media_type=_TYPES[name.rpartition(".")[2]],
        plain=data,
        # Without a time in it the same file packs to the same bytes on every replica.
        packed=gzip.compress(data, 9, mtime=0),
        etag=f'"{hashlib.sha256(data).hexdigest()[:20]}"',
    )
