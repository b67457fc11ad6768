"""Runs migrations in the transaction that `Database.migrate` opened."""

from alembic import context

from sonant.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
