"""The bench itself works; what it measures is read by people and never asserted."""

from tests.bench.turn import measure


async def test_the_bench_measures() -> None:
    """Both sides are measured in every round."""
    found = await measure(1, turns=16, commits=20)
    assert [one.at_once for one in found] == [1, 32]
    assert all(one.ratio > 0 for one in found)
