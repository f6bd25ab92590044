"""What speaks to the world outside, one package a port, one file a provider. Refuses to decide anything."""
