"""Stand-ins for the services outside, complete enough to run everything on one machine without a
key. Refuses to be a way into production: nothing here talks to the real ones."""
