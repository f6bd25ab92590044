"""What the chat can repair itself, one file a check. Each shows before and after, asks, then acts."""
