"""what providers said of a cart, and what they have not confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cart", sa.Column("answers", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("cart", sa.Column("unconfirmed", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("cart", "unconfirmed")
    op.drop_column("cart", "answers")
