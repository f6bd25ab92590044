"""Mailers: SMTP for real, and the demo's inbox that shows what would have been sent."""
