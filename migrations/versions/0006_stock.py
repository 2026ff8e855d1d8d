"""A location's channels, and its reservations from the newest on, are found by an index."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_sales_channel_stock_location_stock_location_id"), "sales_channel_stock_location", ["stock_location_id"]
    )
    op.create_index(op.f("ix_reservation_item_location_id"), "reservation_item", ["location_id"])
    op.create_index(op.f("ix_reservation_item_created_at"), "reservation_item", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_reservation_item_created_at"), table_name="reservation_item")
    op.drop_index(op.f("ix_reservation_item_location_id"), table_name="reservation_item")
    op.drop_index(op.f("ix_sales_channel_stock_location_stock_location_id"), table_name="sales_channel_stock_location")
