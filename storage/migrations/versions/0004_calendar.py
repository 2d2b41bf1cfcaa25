"""The calendar: series, changes, answers, subscriptions, material."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("starts", storage.types.WallDateTime(), nullable=False),
        sa.Column("ends", storage.types.WallDateTime(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("exceptions", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("status", sa.Enum("CONFIRMED", "CANCELLED", name="eventstatus", native_enum=False), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filled_until", storage.types.WallDateTime(), nullable=False),
        sa.Column("rooms", sa.JSON(), nullable=False),
        sa.Column("created_at", storage.types.UtcDateTime(), nullable=False),
        sa.Column("changed_at", storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
    )
    op.create_table(
        "feeds",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("changed_at", storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "reminded_until",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("until", storage.types.UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_position"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "room_displays",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("room_id"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("distances", sa.JSON(), nullable=False),
        sa.Column("since", storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind"),
    )
    op.create_table(
        "attendances",
        sa.Column("calendar_event_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ACCEPTED", "TENTATIVE", "DECLINED", name="participationstatus", native_enum=False),
            nullable=False,
        ),
        sa.Column("deputy", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("seat_since", storage.types.UtcDateTime(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("answered_at", storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_event_id"], ["calendar_events.id"]),
        sa.PrimaryKeyConstraint("calendar_event_id", "user_id"),
    )
    op.create_index("ix_attendances_event_id", "attendances", ["event_id"])

    op.create_table(
        "calendar_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_event_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "what",
            sa.Enum(
                "created",
                "moved",
                "changed",
                "cancelled",
                "reinstated",
                "recalled",
                name="changekind",
                native_enum=False,
            ),
            nullable=False,
        ),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_event_id"], ["calendar_events.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("calendar_changes_untold", "calendar_changes", ["told"], sqlite_where=sa.text("told = 0"))
    op.create_index("ix_calendar_changes_calendar_event_id", "calendar_changes", ["calendar_event_id"])
    op.create_index("ix_calendar_changes_cause", "calendar_changes", ["cause"])

    op.create_table(
        "materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_event_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("file", sa.JSON(), nullable=True),
        sa.Column("source_event_id", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_event_id"], ["calendar_events.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_materials_calendar_event_id", "materials", ["calendar_event_id"])
    op.create_index("ix_materials_source_event_id", "materials", ["source_event_id"])

    op.add_column("calendar_events", sa.Column("agenda", sa.String(), nullable=True))
    op.add_column("calendar_events", sa.Column("seats", sa.Integer(), nullable=True))
    op.add_column("calendar_events", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "calendar_events",
        sa.Column(
            "source",
            sa.Enum("chat", "config", name="eventsource", native_enum=False),
            server_default=sa.text("'chat'"),
            nullable=False,
        ),
    )
    op.execute("ALTER TABLE calendar_events ADD COLUMN series_id INTEGER REFERENCES calendar_series (id)")
    op.add_column("calendar_events", sa.Column("occurrence", storage.types.WallDateTime(), nullable=True))
    op.add_column("calendar_events", sa.Column("recalled", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("calendar_events", sa.Column("closed_at", storage.types.UtcDateTime(), nullable=True))
    op.create_index("calendar_events_of_series", "calendar_events", ["series_id", "occurrence"], unique=True)
    op.execute("UPDATE calendar_events SET source = 'config' WHERE kind = 'office_hour'")
    op.execute("UPDATE calendar_events SET sequence = version - 1")
