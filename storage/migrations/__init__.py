"""Alembic migrations, run at start, each step in one transaction."""

from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.errors import DatabaseUnusable

HEAD = "0006"
"""The newest revision; a test holds it against the files in `versions/`."""

HERE = Path(__file__).parent
"""Where the migrations stand."""


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database to HEAD. Raises DatabaseUnusable when it was written by a newer version of the bot."""
    async with engine.connect() as connection:
        current = await connection.run_sync(current_revision)
        await connection.rollback()
    if current == HEAD:
        return  # the usual start: Alembic is not even imported
    known = {path.name.split("_")[0] for path in (HERE / "versions").glob("*_*.py")}
    if current is not None and current not in known:
        raise DatabaseUnusable(
            f"The database was written by a newer version of the bot (its revision is {current}, this version knows"
            f" up to {HEAD}). Install that version again, or restore a backup made before the update."
        )
    async with engine.connect() as connection:
        await connection.run_sync(_run)


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at, or None where it is new."""
    found = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").scalar()
    if not found:
        return None
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if version is None else str(version)


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 (0.2 s of imports that the usual start does not need)
    from alembic.config import Config  # noqa: PLC0415 (the same)

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
