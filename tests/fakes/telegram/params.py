"""The arguments of a call, however they came: JSON, form, multipart or query string."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.telegram.refusals import bad_request

_TRUE = ("true", "1", "yes", "t", "y")


@dataclass(frozen=True)
class Upload:
    """A file inside a multipart call."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Params:
    """Typed reading of what the bot passed."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload]

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as they were written."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; what is none counts as missing."""
        value = self.values.get(name)
        try:
            return int(value) if value is not None else default
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """Whether a Boolean is set."""
        return str(self.values.get(name, "")).lower() in _TRUE

    def structure(self, name: str, *, words: str) -> Any:
        """A JSON value, nested or as a string; `words` is what Telegram calls it when broken."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise bad_request(f"can't parse {words} JSON object") from error

    def file(self, name: str) -> Upload | str | None:
        """An uploaded file, or the file id or URL in its place."""
        if name in self.uploads:
            return self.uploads[name]
        value = self.text(name)
        if value.startswith("attach://"):
            return self.uploads.get(value.removeprefix("attach://"))
        return value or None

    def recorded(self) -> dict[str, Any]:
        """For the record of calls: JSON is unpacked, files are named only."""
        shown: dict[str, Any] = {}
        for name, value in self.values.items():
            shown[name] = value
            if isinstance(value, str) and value[:1] in ("{", "["):
                try:
                    shown[name] = json.loads(value)
                except json.JSONDecodeError:
                    continue
        return shown | {name: f"<file {one.name}>" for name, one in self.uploads.items()}


async def read(request: web.Request) -> Params:
    """The arguments of one HTTP request."""
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        raw = await request.read()
        body = json.loads(raw) if raw else {}
        if not isinstance(body, dict):
            raise ValueError("not an object")
        values.update(body)
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                continue
            content = bytes(await part.read(decode=True))
            if part.filename is None:
                values[part.name] = content.decode()
            else:
                kind = part.headers.get("Content-Type", "application/octet-stream")
                uploads[part.name] = Upload(part.filename, content, kind)
    else:
        values.update(await request.post())
    return Params(values, uploads)
