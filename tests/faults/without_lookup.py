"""The service, broken on purpose: what it brings to Zammad it does not look for there first."""

from typing import Any

from api.cli import main
from api.clients.desk import zammad


class Forgetful(zammad.ZammadDesk):
    """Creates again what a process that died had created."""

    async def _find(self, number: str) -> str | None:
        del number

    async def _articles(self, ticket: str) -> list[Any]:
        del ticket
        return []


if __name__ == "__main__":
    zammad.ZammadDesk = Forgetful  # type: ignore[misc]  # that is the breakage
    main()
