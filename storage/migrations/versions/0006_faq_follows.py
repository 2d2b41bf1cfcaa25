"""The FAQ follows its messages: what is deleted is forgotten; whether its entries changed is told by one number."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("faq_entries", sa.Column("stamp", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE faq_entries SET stamp = abs(random()) % 1099511627776")
    for slug, live in (("newsletter", "newsletter"), ("leitfaden", "guide"), ("fokusleistungen", "focus_services")):
        completed = sa.text("UPDATE faq_entries SET live = :live WHERE slug = :slug AND live IS NULL")
        op.execute(completed.bindparams(live=live, slug=slug))
    op.add_column("faq_choices", sa.Column("event_id", sa.String(), nullable=True))
    op.add_column("faq_gaps", sa.Column("trace", sa.String(), nullable=True))
    op.create_index("ix_faq_gaps_trace", "faq_gaps", ["trace"])
    op.add_column("faq_told", sa.Column("asker", sa.String(), nullable=True))
    op.add_column("faq_told", sa.Column("said", sa.String(), nullable=True))
    op.add_column("handovers", sa.Column("event_id", sa.String(), nullable=True))
    op.create_table(
        "faq_synonyms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
