"""Alembic's entry: it hands over an open connection (see `storage.migrations.upgrade`)."""

from alembic import context
from sqlalchemy.engine import Connection

from storage.tables import Base


def run(connection: Connection) -> None:
    """Run the migrations, each in its own transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
