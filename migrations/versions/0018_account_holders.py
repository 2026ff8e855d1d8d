"""account holders: one for a customer and a provider, wished for before the provider answers; nobody wrote any yet."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.add_column("account_holder", sa.Column("customer_id", sa.Text(), nullable=False))
    op.alter_column("account_holder", "external_id", existing_type=sa.Text(), nullable=True)
    op.create_index(
        "uq_account_holder_provider_id_customer_id",
        "account_holder",
        ["provider_id", "customer_id"],
        unique=True,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    op.drop_index("uq_account_holder_provider_id_customer_id", table_name="account_holder")
    op.alter_column("account_holder", "external_id", existing_type=sa.Text(), nullable=False)
    op.drop_column("account_holder", "customer_id")
