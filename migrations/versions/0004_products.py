"""Pictures of variants, a product's choice among the values of a shared option, ids of a variant's stock items."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

LINKS = "product_variant_inventory_item"
LINK_ID = "'pvitem_0' || upper(substr(md5(gen_random_uuid()::text), 1, 25))"
INDEXES = {
    "product_product_option": "product_option_id",
    "product_shipping_profile": "shipping_profile_id",
    "product_variant_option": "option_value_id",
}


def link_table(name: str, left: tuple[str, str], right: tuple[str, str]) -> None:
    """Create a table between two others, each given as (column, target)."""
    op.create_table(
        name,
        *(sa.Column(column, sa.Text(), nullable=False) for column, _ in (left, right)),
        *(sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{name}_{column}")) for column, to in (left, right)),
        sa.PrimaryKeyConstraint(left[0], right[0], name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_{right[0]}"), name, [right[0]])


def upgrade() -> None:
    link_table("variant_image", ("variant_id", "product_variant.id"), ("image_id", "image.id"))
    link_table(
        "product_product_option_value", ("product_id", "product.id"), ("option_value_id", "product_option_value.id")
    )
    for table, column in INDEXES.items():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index(
        "uq_product_option_value_option_id_value",
        "product_option_value",
        ["option_id", "value"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    moment = postgresql.TIMESTAMP(timezone=True, precision=3)
    op.add_column(LINKS, sa.Column("id", sa.Text(), server_default=sa.text(LINK_ID), nullable=False))
    for name in ("created_at", "updated_at"):
        op.add_column(LINKS, sa.Column(name, moment, server_default=sa.text("now()"), nullable=False))
    op.create_check_constraint(op.f(f"ck_{LINKS}_positive"), LINKS, "required_quantity > 0")


def downgrade() -> None:
    op.drop_constraint(op.f(f"ck_{LINKS}_positive"), LINKS)
    for name in ("updated_at", "created_at", "id"):
        op.drop_column(LINKS, name)
    op.drop_index("uq_product_option_value_option_id_value", table_name="product_option_value")
    for table, column in INDEXES.items():
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_table("product_product_option_value")
    op.drop_table("variant_image")
