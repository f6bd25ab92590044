"""The demo as a process of its own, which can be stopped and started again as a server is."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

_START = 90  # seconds; on a busy machine the imports alone take a while


class Demo:
    """``assistant demo`` on a free port with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.elsewhere = f"http://localhost:{self.port}"
        """Another origin that may open the chat."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Run it and wait until it answers."""
        command = Path(sys.executable).with_name("assistant")
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "demo.log").open("ab") as log:
            self._process = subprocess.Popen(  # our own command
                [command, "demo", "--port", str(self.port), "--folder", str(self._folder)],
                stderr=log,
                stdout=log,
            )
        until = time.monotonic() + _START
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                if self.get("/demo/merchants"):
                    return
            except OSError:
                time.sleep(0.2)
        told = (self._folder / "demo.log").read_text(errors="replace")
        raise RuntimeError(f"the demo did not start:\n{told}")

    def stop(self, *, hard: bool = False) -> None:
        """End it: asked to, or as a power cut does."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def get(self, path: str) -> Any:
        """The JSON under a path."""
        return self.call("GET", path)[1]

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """The status and the JSON of an answer, whatever it is."""
        request = urllib.request.Request(  # noqa: S310  # our own address
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def identity(self, merchant_id: str) -> str:
        """A fresh widget token for a merchant."""
        token: str = self.get(f"/demo/merchants/{merchant_id}/identity")["identity"]
        return token

    def change(self, merchant_id: str, change: Mapping[str, object]) -> None:
        """A change by hand on the Dashboard."""
        status, told = self.call(
            "POST", f"/demo/merchants/{merchant_id}/changes", {"change": change}
        )
        assert status == 200, told

    def workspace(self, merchant_id: str) -> dict[str, Any]:
        """The merchant's account as the Dashboard sees it."""
        found: dict[str, Any] = self.get(f"/demo/merchants/{merchant_id}/workspace")["account"]
        return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
