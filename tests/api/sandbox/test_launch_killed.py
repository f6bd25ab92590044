"""A process that dies in the middle of a launch: the campaign starts once all the same."""

import asyncio
import signal
import sys
from pathlib import Path

from sqlalchemy import Connection, func, select

from api.clients.accounts.sandbox import SandboxAccounts
from api.clients.campaigns.sandbox import SandboxCampaigns
from api.storage.database import connect
from api.storage.tables.sandbox import sandbox_effects
from bot.ports.accounts import Terms
from diagnostics.account import CampaignState
from tests.contracts.account_sources import GREEN, account_source
from tests.fakes.databases import empty_database

PARALLEL = """
import asyncio, sys
from api.clients.campaigns.sandbox import SandboxCampaigns
from api.storage.database import connect
from bot.ports.accounts import Terms
from tests.contracts.account_sources import GREEN, VISA, Hands
from diagnostics.account import Payment

async def state(customer_id):
    return Payment(customer_id=customer_id, methods=(VISA,), default_method_id=VISA.id)

async def main():
    campaigns = SandboxCampaigns(connect(sys.argv[1]), clock=Hands(), payment_state=state)
    terms = Terms.of(GREEN.campaigns[0])
    print("go", flush=True)
    sys.stdin.readline()
    yes = [campaigns.launch("acme", "draft", expected=terms, key="yes") for _ in range(100)]
    await asyncio.gather(*yes)
    print("done", flush=True)

asyncio.run(main())
"""


async def killed_while_launching(url: str, *, after: float) -> None:
    """A hundred parallel yes in a process of its own, which is killed so many seconds later."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PARALLEL,
        url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert await process.stdout.readline() == b"go\n"
    process.stdin.write(b"\n")
    await process.stdin.drain()
    await asyncio.sleep(after)
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.wait()


async def test_killed_process_launches_once_with_those_who_come_again(tmp_path: Path) -> None:
    """A hundred parallel yes, a kill -9 at any moment, and the yes once more: one launch."""
    terms = Terms.of(GREEN.campaigns[0])
    for attempt, after in enumerate((0.0, 0.01, 0.03, 0.06)):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        database = await empty_database("sqlite", folder)
        async with account_source("sandbox", database) as world:
            await database.close()
            await killed_while_launching(database.url, after=after)
            database = connect(database.url)
            campaigns = SandboxCampaigns(
                database, clock=world.clock, payment_state=world.payments.state
            )
            again = [
                campaigns.launch("acme", "draft", expected=terms, key="yes") for _ in range(20)
            ]
            answers = await asyncio.gather(*again)
            accounts = SandboxAccounts(database, clock=world.clock)
            campaign = (await accounts.snapshot("acme")).campaign("draft")
            assert campaign is not None
            assert campaign.state is CampaignState.ACTIVE
            assert sum(not answer.again for answer in answers) <= 1
            assert await database.read(launches) == 1
            await database.close()


def launches(connection: Connection) -> int:
    kinds = select(func.count()).where(sandbox_effects.c.kind == "launch")
    return connection.execute(kinds).scalar_one()
