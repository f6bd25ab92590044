"""Alembic's environment: the connection is handed in by :mod:`api.storage.migrate`."""

from alembic import context

from api.storage.tables import metadata


def run() -> None:
    """Run the asked-for migrations on the given connection."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        # One transaction for all of a migration on both databases: half of one is worse than none.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
