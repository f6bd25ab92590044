"""All scenes, found by looking into the package: a new file is a new scene."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import cast

import bot.scenes
from bot.dialogue.scene import Scene


def all_scenes() -> tuple[Scene, ...]:
    """One of each scene that the package holds, by name."""
    return tuple(sorted(_scenes(), key=lambda scene: scene.name))


def _scenes() -> Iterator[Scene]:
    for module in pkgutil.walk_packages(bot.scenes.__path__, "bot.scenes."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            own = kind.__module__ == module.name and "name" in vars(kind)
            if own and hasattr(kind, "needs_merchant"):
                yield cast(Scene, kind())
