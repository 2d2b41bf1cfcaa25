"""Column types that refuse what would be read back wrongly."""

from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out. SQLite has no zones, so a naive value is a mistake and refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return `value` as naive UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime where an instant is stored: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the stored instant as aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class WallDateTime(TypeDecorator[datetime]):
    """A local wall-clock time (the zone stands in its own column): naive in, naive out (contract C9)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return `value` unchanged; raise ValueError for an aware one."""
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"aware datetime where a wall-clock time is stored: {value!r}")
        return value
