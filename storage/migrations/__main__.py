"""`python -m storage.migrations 0002 "votes"` writes the next migration from what `storage.tables` says now."""

import sys

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from storage.migrations import HERE


def write(revision: str, message: str) -> None:
    """Compare the tables with what the migrations so far make, and write the difference as a new migration."""
    with create_engine("sqlite://").connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, message=message, autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    write(*sys.argv[1:3])
