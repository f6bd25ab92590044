"""Files that merchants send, read into rows to import. Refuses to write or to evaluate anything."""
