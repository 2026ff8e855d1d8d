"""inbox: what providers tell us, disputes, and when the provider was last asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True, precision=3)
STORED = sa.text("state = 'stored'")
UNMATCHED = sa.text("state = 'unmatched'")
UNFOLLOWED = sa.text("followed_at IS NULL")
STANDING = sa.text("captured_at IS NULL AND canceled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "provider_event",
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('stored', 'done', 'unmatched')", name=op.f("ck_provider_event_state")),
        sa.PrimaryKeyConstraint("provider_id", "event_id", name=op.f("pk_provider_event")),
    )
    op.create_index("ix_provider_event_received_at", "provider_event", ["received_at"])
    op.create_index(
        "ix_provider_event_stored", "provider_event", ["session_id", "received_at"], postgresql_where=STORED
    )
    op.create_index(
        "ix_provider_event_unmatched", "provider_event", ["provider_id", "reference"], postgresql_where=UNMATCHED
    )
    op.create_table(
        "payment_dispute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("respond_by", MOMENT, nullable=True),
        sa.Column("attention", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.CheckConstraint("amount NOT IN ('NaN', 'Infinity', '-Infinity')", name=op.f("ck_payment_dispute_finite")),
        sa.CheckConstraint("status IN ('inquiry', 'open', 'won', 'lost')", name=op.f("ck_payment_dispute_status")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_dispute_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_dispute")),
    )
    op.create_index(
        "uq_payment_dispute_payment_id_provider_reference",
        "payment_dispute",
        ["payment_id", "provider_reference"],
        unique=True,
    )
    op.add_column("payment", sa.Column("followed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("payment", sa.Column("warned_at", MOMENT, nullable=True))
    op.create_index("ix_payment_new", "payment", ["provider_id", "created_at"], postgresql_where=UNFOLLOWED)
    op.create_index("ix_payment_expires_at", "payment", ["expires_at"], postgresql_where=STANDING)
    op.add_column("payment_session", sa.Column("released_because", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("payment_session", "released_because")
    op.drop_index("ix_payment_expires_at", table_name="payment")
    op.drop_index("ix_payment_new", table_name="payment")
    op.drop_column("payment", "warned_at")
    op.drop_column("payment", "followed_at")
    op.drop_table("payment_dispute")
    op.drop_table("provider_event")
