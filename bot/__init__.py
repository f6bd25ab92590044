"""The conversation: dialogue, scenes, the ports that it asks the world through, the channels.

Refuses to know a database, a web framework or a vendor; those live in ``api`` behind the ports."""
