"""Stripe down in six ways: never a green payment check, an answer within eight seconds, nobody's fault."""

from pathlib import Path

import pytest

from api.sandbox.stripe import FaultKind
from bot.dialogue.turn import Address, Inbound, Text
from tests.stopwatch import Stopwatch
from tests.stories.conftest import serving

_WITHIN = 8.0  # seconds


@pytest.mark.parametrize("way", ["refused", "slow", "500", "429", "cut", "garbage"])
async def test_outage(way: str, tmp_path: Path) -> None:
    """The merchant is told that it could not be checked, and is told soon."""
    async with serving(tmp_path) as demo:
        match way:
            case "refused":
                await demo.stripe.stop()
            case "slow":
                demo.stripe.faults.on(FaultKind.SLOW, seconds=30)
            case "500":
                demo.stripe.faults.on(FaultKind.ERROR, status=500)
            case "429":
                demo.stripe.faults.on(FaultKind.RATE_LIMIT)
            case "cut":
                demo.stripe.faults.on(FaultKind.CUT)
            case "garbage":
                demo.stripe.faults.on(FaultKind.GARBAGE)
        with Stopwatch() as watch:
            answer = await demo.assistant.turns.take(
                Inbound(
                    address=Address("terminal", "garten"),
                    key=f"terminal:{way}",
                    content=Text("warum kann ich nicht starten?"),
                    locale="de",
                    identity="garten",
                )
            )
        assert watch.seconds < _WITHIN
        card = next(m for m in answer.messages if m.report is not None)
        assert card.report is not None
        findings = card.report["findings"]
        assert isinstance(findings, list)
        payment = next(f for f in findings if f["check"] == "payment_method")
        assert payment["status"] == "unknown"
        assert card.report["verdict"] == "unknown"
        assert "✅ Zahlungsmethode" not in card.text
        assert not any(b.id.startswith("go:launch") for m in answer.messages for b in m.actions)
