"""The demo's web application: the service plus the pages that only a demo has."""

from fastapi import FastAPI

from api.app import build
from api.demo import Demo


def demo_app(running: Demo) -> FastAPI:
    """The service with the sandbox Dashboard on top."""
    return build(running.assistant)
