"""What the service counts for Prometheus. A registry of its own: two apps in one process (tests) must
not count into each other."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Names begin with ``assistant_``; labels are few and closed."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "assistant_turns", "Turns taken", ("channel", "outcome"), registry=self.registry
        )
        self.turn_seconds = Histogram(
            "assistant_turn_seconds",
            "From the event to its durable answer",
            ("channel",),
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 15),
        )
        self._outbox = Gauge(
            "assistant_outbox",
            "Entries that are not done",
            ("kind", "state"),
            registry=self.registry,
        )

    def turn(self, channel: str, outcome: str, seconds: float) -> None:
        """Count a turn."""
        self.turns.labels(channel, outcome).inc()
        self.turn_seconds.labels(channel).observe(seconds)

    def outbox(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Set the outbox gauges to what the database says now."""
        self._outbox.clear()
        for (kind, state), count in counts.items():
            self._outbox.labels(kind, state).set(count)
