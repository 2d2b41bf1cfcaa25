"""What all tables have in common."""

from datetime import datetime
from enum import StrEnum
from secrets import randbits
from typing import Any

from sqlalchemy import JSON, Enum, Table
from sqlalchemy.orm import DeclarativeBase

from storage.types import UtcDateTime


class Base(DeclarativeBase):
    """The one metadata."""

    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as a plain attribute)
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        StrEnum: Enum(StrEnum, values_callable=lambda kind: [each.value for each in kind], native_enum=False),
    }


def new_stamp() -> int:
    """A number that a row is given whenever it is written: as long as the sum over the rows stays, nothing changed."""
    return randbits(40)


def table_of(model: type[Base]) -> Table:
    """The table behind a class, for statements that need no objects."""
    table = model.__table__
    assert isinstance(table, Table)
    return table
