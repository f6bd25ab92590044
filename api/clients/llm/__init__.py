"""Language models as advisors, one module a protocol. Refuses to act: they choose and are checked."""
