"""Price lists have metadata; a tag's and a category's products are found by an index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("price_list", sa.Column("metadata", metadata, nullable=True))
    op.create_index(op.f("ix_product_tags_product_tag_id"), "product_tags", ["product_tag_id"])
    op.create_index(
        op.f("ix_product_category_product_product_category_id"), "product_category_product", ["product_category_id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_product_category_product_product_category_id"), table_name="product_category_product")
    op.drop_index(op.f("ix_product_tags_product_tag_id"), table_name="product_tags")
    op.drop_column("price_list", "metadata")
