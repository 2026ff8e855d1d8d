"""money out: where captures and refunds stand, when what is held falls back, ledger entries of no provider."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True, precision=3)
STATES = "state IN ('pending', 'done', 'failed')"


def upgrade() -> None:
    for table in ("capture", "refund"):
        # The defaults are for the release before: what it captures came with the authorisation, so it is done.
        op.add_column(table, sa.Column("state", sa.Text(), server_default=sa.text("'done'"), nullable=False))
        op.add_column(table, sa.Column("key_number", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        op.add_column(table, sa.Column("keyed_at", MOMENT, server_default=sa.text("now()"), nullable=False))
        op.add_column(table, sa.Column("provider_reference", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("attention", sa.Text(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_state"), table, STATES)
        op.create_index(
            f"ix_{table}_pending", table, ["updated_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
        )
        op.create_index(
            f"uq_{table}_payment_id_provider_reference", table, ["payment_id", "provider_reference"], unique=True
        )
    op.add_column("payment", sa.Column("expires_at", MOMENT, nullable=True))
    op.add_column("payment", sa.Column("canceling_at", MOMENT, nullable=True))
    op.add_column("payment", sa.Column("key_number", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.create_index(
        "ix_payment_canceling",
        "payment",
        ["updated_at"],
        unique=False,
        postgresql_where=sa.text("canceling_at IS NOT NULL AND canceled_at IS NULL"),
    )
    op.alter_column("ledger_entry", "provider_id", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    op.alter_column("ledger_entry", "provider_id", existing_type=sa.Text(), nullable=False)
    op.drop_index("ix_payment_canceling", "payment")
    for column in ("key_number", "canceling_at", "expires_at"):
        op.drop_column("payment", column)
    for table in ("capture", "refund"):
        op.drop_index(f"uq_{table}_payment_id_provider_reference", table)
        op.drop_index(f"ix_{table}_pending", table)
        for column in ("attention", "provider_reference", "keyed_at", "key_number", "state"):
            op.drop_column(table, column)
