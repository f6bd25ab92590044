"""The stopwatch leaves out what the machine took away, and nothing else."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.stopwatch import Stopwatch


async def test_what_is_waited_for_counts() -> None:
    """Sleeping, also when it blocks the event loop, is time."""
    with Stopwatch() as watch:
        await asyncio.sleep(0.2)
        time.sleep(0.3)  # noqa: ASYNC251  # a blocked loop is what a limit has to find
    assert watch.seconds > 0.4


@pytest.mark.parametrize(
    "work",
    [
        "time.sleep(1.5)\nprint(watch.seconds)",
        "most = 0\n    for _ in range(30):\n        time.sleep(0.05)\n"
        "        most = max(most, watch.seconds)\nprint(most)",
    ],
    ids=["read at the end", "read all the time"],
)
def test_a_process_that_stood_still_lost_nothing(work: str) -> None:
    """Stopped for two seconds in the middle, its work took no longer than without."""
    code = (
        "import time\nfrom tests.stopwatch import Stopwatch\n"
        f"with Stopwatch() as watch:\n    print('go', flush=True)\n    {work}"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "go\n"
        time.sleep(0.5)
        os.kill(run.pid, signal.SIGSTOP)
        time.sleep(2)
        os.kill(run.pid, signal.SIGCONT)
        seconds = float(run.stdout.readline())
    assert seconds < 1.9
