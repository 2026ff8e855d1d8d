"""big lists: their indexes, and the changes of their tables are noted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0008"
branch_labels = None
depends_on = None

# Few rows: whoever adds one of a table now and then takes that table's old ones away, in the same transaction.
NOTE = """
CREATE FUNCTION note_table_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO table_change (table_name, txid) VALUES (TG_TABLE_NAME, pg_current_xact_id()::text::bigint)
  ON CONFLICT DO NOTHING;
  IF FOUND AND random() < 0.05 THEN
    DELETE FROM table_change WHERE (table_name, txid) IN (
      SELECT table_name, txid FROM table_change
      WHERE table_name = TG_TABLE_NAME AND at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED);
  END IF;
  RETURN NULL;
END $$
"""

TABLES = (
    *("product", "product_variant", "product_sales_channel", "product_category_product", "product_tags"),
    *("product_product_option", "product_variant_option", "product_collection", "inventory_item", "inventory_level"),
    *("customer", "customer_group_customer", "order", "order_address"),
)
COLUMNS = {"inventory_level": "OF id, inventory_item_id, location_id, deleted_at"}  # its quantities change all the time

LIVE = sa.text("deleted_at IS NULL")
SORTED = {
    "product": ("id", "created_at", "updated_at", "title"),
    "product_variant": ("id", "created_at", "title"),
    "inventory_item": ("id", "created_at", "sku", "title"),
    "customer": ("id", "created_at", "email"),
    "order": ("id", "created_at", "updated_at"),
}


def upgrade() -> None:
    op.create_table(
        "table_change",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("txid", sa.BigInteger(), nullable=False),
        sa.Column(
            "at", postgresql.TIMESTAMP(timezone=True, precision=3), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("table_name", "txid", name=op.f("pk_table_change")),
    )
    op.execute(NOTE)
    for table in TABLES:
        op.execute(
            f'CREATE TRIGGER note_change AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE {COLUMNS.get(table, "")} ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION note_table_change()"
        )
    for table, columns in SORTED.items():
        for column in columns:
            op.create_index(
                f"ix_{table}_live_{column}",
                table,
                [column] if column == "id" else [column, "id"],
                postgresql_where=LIVE,
                postgresql_include=["status"] if table == "product" else None,
            )


def downgrade() -> None:
    for table, columns in SORTED.items():
        for column in columns:
            op.drop_index(f"ix_{table}_live_{column}", table_name=table)
    op.execute("DROP FUNCTION note_table_change CASCADE")
    op.drop_table("table_change")
