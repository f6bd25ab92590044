"""The schema, one file a room; :func:`metadata` knows them all."""

import importlib
import pkgutil

from sqlalchemy import MetaData

from api.storage.tables import base


def metadata() -> MetaData:
    """The whole schema: every module of this package registers its tables."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return base.metadata
