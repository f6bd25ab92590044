"""The stopwatch leaves out what the machine took away, and nothing else."""

import asyncio
import os
import signal
import subprocess
import sys
import time

from tests.stopwatch import Stopwatch


async def test_what_is_waited_for_counts() -> None:
    """Sleeping, also when it blocks the event loop, is time."""
    with Stopwatch() as watch:
        await asyncio.sleep(0.2)
        time.sleep(0.3)  # noqa: ASYNC251  # a blocked loop is what a limit has to find
    assert watch.seconds > 0.4


def test_a_process_that_stood_still_lost_nothing() -> None:
    """Stopped for two seconds in the middle, its work took no longer than without."""
    code = (
        "import time\nfrom tests.stopwatch import Stopwatch\n"
        "with Stopwatch() as watch:\n    print('go', flush=True)\n    time.sleep(1.5)\n"
        "print(watch.seconds)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        assert work.stdout.readline() == "go\n"
        os.kill(work.pid, signal.SIGSTOP)
        time.sleep(2)
        os.kill(work.pid, signal.SIGCONT)
        seconds = float(work.stdout.readline())
    assert seconds < 1.9
