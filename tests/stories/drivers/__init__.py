"""One driver a channel: a person's hands and eyes there. All of them play the same scripts."""
