"""What people do with tickets, and what of them leaves the house. No HTTP, no SQL of its own."""
