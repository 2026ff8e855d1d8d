"""big lists: indexes that hold all that a list's scope looks at, and the changes of more tables."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0004"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
INCLUDED = {"product": ["status", "is_giftcard"], "order": ["is_draft_order"]}
WIDENED = {
    "product": ("id", "created_at", "updated_at", "title"),
    "order": ("id", "created_at", "updated_at"),
}
ADDED = {
    "order": ("display_id",),
    "product_option": ("id", "is_exclusive"),
    "reservation_item": ("id", "created_at"),
}
NOTED = ("product_option", "product_variant_price_set", "price", "reservation_item")


def upgrade() -> None:
    for table, columns in WIDENED.items():
        for column in columns:
            op.drop_index(f"ix_{table}_live_{column}", table_name=table)
            _sorted(table, column)
    for table, columns in ADDED.items():
        for column in columns:
            _sorted(table, column)
    op.drop_index("ix_reservation_item_created_at", table_name="reservation_item")
    op.create_index("ix_order_shipping_address_id", "order", ["shipping_address_id"])
    op.create_index("ix_order_billing_address_id", "order", ["billing_address_id"])
    op.drop_index("ix_product_sales_channel_sales_channel_id", table_name="product_sales_channel")
    op.create_index(
        "ix_product_sales_channel_sales_channel_id", "product_sales_channel", ["sales_channel_id", "product_id"]
    )
    for table in NOTED:
        op.execute(
            f'CREATE TRIGGER note_change AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION note_table_change()"
        )


def downgrade() -> None:
    for table in NOTED:
        op.execute(f"DROP TRIGGER note_change ON {table}")
    op.drop_index("ix_product_sales_channel_sales_channel_id", table_name="product_sales_channel")
    op.create_index("ix_product_sales_channel_sales_channel_id", "product_sales_channel", ["sales_channel_id"])
    op.drop_index("ix_order_billing_address_id", table_name="order")
    op.drop_index("ix_order_shipping_address_id", table_name="order")
    op.create_index("ix_reservation_item_created_at", "reservation_item", ["created_at"])
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_index(f"ix_{table}_live_{column}", table_name=table)
    for table, columns in WIDENED.items():
        for column in columns:
            op.drop_index(f"ix_{table}_live_{column}", table_name=table)
            _sorted(table, column, narrow=True)


def _sorted(table: str, column: str, *, narrow: bool = False) -> None:
    included = ["status"] if table == "product" and narrow else None if narrow else INCLUDED.get(table)
    keys = [column] if column == "id" else [column, "id"]
    op.create_index(f"ix_{table}_live_{column}", table, keys, postgresql_where=LIVE, postgresql_include=included)
