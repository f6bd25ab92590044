"""Campaigns' owners behind ``bot.ports.campaigns``. Refuses to launch what its owner refuses."""
