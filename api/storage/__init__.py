"""The database behind the ports. Repositories are plain functions of a SQLAlchemy ``Connection``;
how they are executed is decided in :mod:`api.storage.database` alone."""
