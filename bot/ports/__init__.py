"""What the conversation asks of the world: one file a port, each a Protocol, its values, its errors."""
