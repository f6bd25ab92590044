"""The edge: every byte in or out by a wire, the database, settings, the composition root, the command line."""
