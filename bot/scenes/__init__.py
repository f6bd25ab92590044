"""The parts of the dialogue, one file a scene. Scenes name each other and never import each other."""
