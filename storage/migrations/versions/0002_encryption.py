"""Encryption: the own device, where a message was encrypted, which room came after which."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("one_time_keys", sa.Integer(), nullable=True),
        sa.Column("checked_at", storage.types.UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_device"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("rooms", sa.Column("replaced_by", sa.String(), nullable=True))
    op.add_column("rooms", sa.Column("predecessor", sa.String(), nullable=True))
    op.add_column("inbox", sa.Column("origin", sa.String(), nullable=True))
    op.create_index("inbox_origin", "inbox", ["origin"], unique=True, sqlite_where=sa.text("origin IS NOT NULL"))
