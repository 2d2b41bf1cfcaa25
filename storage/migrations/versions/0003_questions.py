"""A question's whole life: states and outcomes apart, owners, votes, merging, plenaries; groups that review."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_positions",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "room_id"),
    )
    op.create_table(
        "question_aliases",
        sa.Column("group_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_number"],
            ["groups.number"],
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
        ),
        sa.PrimaryKeyConstraint("group_number", "number"),
    )
    op.create_index("ix_question_aliases_question_id", "question_aliases", ["question_id"])

    op.create_table(
        "question_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("reason", "wording", name="notekind", native_enum=False), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source_event_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["history_id"],
            ["history.id"],
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_question_notes_question_id", "question_notes", ["question_id"])
    op.create_index("ix_question_notes_source_event_id", "question_notes", ["source_event_id"])

    op.create_table(
        "question_terms",
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
        ),
        sa.PrimaryKeyConstraint("term", "question_id"),
    )
    op.create_index("ix_question_terms_question_id", "question_terms", ["question_id"])

    op.create_table(
        "vote_marks",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
        ),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("vote_marks_of", "vote_marks", ["question_id", "user_id"])

    op.create_table(
        "answers_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("to_asker", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answers.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_answers_told_answer_id", "answers_told", ["answer_id"])

    op.add_column("answers", sa.Column("oral", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("groups", sa.Column("reviews", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column(
        "questions",
        sa.Column(
            "outcome",
            sa.Enum(
                "answered",
                "partly",
                "referred",
                "merged",
                "not_responsible",
                "withdrawn",
                "declined",
                name="outcome",
                native_enum=False,
            ),
            nullable=True,
        ),
    )
    op.add_column("questions", sa.Column("confidential", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("owner", sa.String(), nullable=True))
    op.add_column("questions", sa.Column("due_since", sa.Date(), nullable=False, server_default="1970-01-01"))
    op.add_column("questions", sa.Column("with_coordination", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("plenary_number", sa.Integer(), nullable=True))
    op.add_column("questions", sa.Column("deferrals", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("passed_plenary", sa.Integer(), nullable=True))
    op.add_column(
        "questions",
        sa.Column(
            "state_before_merge",
            sa.Enum(
                "submitted",
                "in_review",
                "open",
                "assigned",
                "working",
                "answered",
                "confirmed",
                "deferred",
                "closed",
                name="questionstate",
                native_enum=False,
            ),
            nullable=True,
        ),
    )
    op.add_column("questions", sa.Column("told_light", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("told_unowned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("told_confirmation", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("questions", sa.Column("similar_ids", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("questions", sa.Column("votes", sa.Integer(), nullable=False, server_default="0"))
    op.execute("ALTER TABLE questions ADD COLUMN merged_into_id INTEGER REFERENCES questions (id)")
    op.create_index("outbox_about", "outbox", ["subject"], sqlite_where=sa.text("subject IS NOT NULL"))
    op.create_index(
        "questions_to_forget", "questions", ["state"], sqlite_where=sa.text("confidential = 1 AND asked_by != ''")
    )
    op.create_index("questions_asked_by_group", "questions", ["group_number", "asked_by"])
    op.create_index("questions_listed", "questions", ["group_number", "state"])
    op.create_index(
        "questions_merged", "questions", ["merged_into_id"], sqlite_where=sa.text("merged_into_id IS NOT NULL")
    )
    op.execute("UPDATE questions SET due_since = date(asked_at)")
    op.execute("UPDATE questions SET outcome = 'answered' WHERE state = 'answered'")
    op.execute("UPDATE questions SET state = 'closed', outcome = 'withdrawn' WHERE state = 'withdrawn'")
