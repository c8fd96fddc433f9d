"""Alembic's entry: runs the migrations on the connection that `migrate` hands over."""

from alembic import context

from engine.adapters.postgres.all_tables import metadata


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table_schema="atlas",
        include_schemas=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
