"""The FAQ: what was offered and told, votes, gaps; and who asked for a person."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "faq_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("slugs", sa.JSON(), nullable=False),
        sa.Column("gap_id", sa.Integer(), nullable=True),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("faq_choices_of", "faq_choices", ["room_id", "sender"])
    op.create_table(
        "faq_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("event_id", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("faq_told_in", "faq_told", ["room_id", "slug"])
    op.create_table(
        "faq_votes",
        sa.Column("told_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["told_id"], ["faq_told.id"]),
        sa.PrimaryKeyConstraint("told_id", "voter"),
    )
    op.create_table(
        "faq_gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", storage.types.UtcDateTime(), nullable=False),
        sa.Column("released_at", storage.types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handovers_in", "handovers", ["room_id", "released_at"])

    op.create_table(
        "faq_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_faq_changes_entry_id", "faq_changes", ["entry_id"])
    op.add_column("faq_entries", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("faq_entries", sa.Column("retired", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("faq_entries", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
