"""many codes: automatic promotions are found among them, and they are counted once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AUTOMATIC = sa.text("is_automatic AND status = 'active' AND deleted_at IS NULL")
NOTED = {
    "promotion": "UPDATE OF id, code, type, status, is_automatic, campaign_id, deleted_at",
    "promotion_campaign": "UPDATE",
}


def upgrade() -> None:
    op.create_index("ix_promotion_automatic", "promotion", ["id"], postgresql_where=AUTOMATIC)
    for table, update in NOTED.items():
        op.execute(
            f"CREATE TRIGGER note_change AFTER INSERT OR DELETE OR TRUNCATE OR {update} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION note_table_change()"
        )


def downgrade() -> None:
    for table in NOTED:
        op.execute(f"DROP TRIGGER note_change ON {table}")
    op.drop_index("ix_promotion_automatic", table_name="promotion")
