"""How to say it and what people mean: templates, translations, help articles, understanding.

Refuses any I/O beyond its own files and keeps no merchant's data."""
