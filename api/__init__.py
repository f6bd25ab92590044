"""The edge: every byte by a wire, the database, settings, the composition root, the command line."""
