"""The channels: translation both ways and nothing else. Refuses to decide anything."""
