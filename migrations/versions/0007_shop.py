"""Return reasons, notifications, layouts, the store's languages; one default currency; taxes without a figure yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
MOMENT = postgresql.TIMESTAMP(timezone=True, precision=3)


def _entity(name: str, *parts: sa.Column[object] | sa.Constraint) -> None:
    """Create a table with what every entity has."""
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        *parts,
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _live_unique(table: str, *columns: str, where: sa.TextClause = LIVE, name: str = "") -> None:
    index = name or f"uq_{table}_{'_'.join(columns)}"
    op.create_index(index, table, list(columns), unique=True, postgresql_where=where)


def upgrade() -> None:
    _create_layouts()
    _create_notifications()
    _create_return_reasons()
    _create_store_locales()
    _live_unique("store_currency", "store_id", "currency_code")
    _live_unique(
        "store_currency",
        "store_id",
        where=sa.text("is_default AND deleted_at IS NULL"),
        name="uq_store_currency_store_id_default",
    )
    op.alter_column("tax_rate", "rate", existing_type=sa.Numeric(), nullable=True)
    _live_unique("tax_rate_rule", "tax_rate_id", "reference_id")
    # Two indexes name what is taken; one over coalesce() could not say which province.
    op.drop_index("uq_tax_region_country_code_province_code", table_name="tax_region")
    _live_unique("tax_region", "country_code", "province_code")
    _live_unique("tax_region", "country_code", where=sa.text("province_code IS NULL AND deleted_at IS NULL"))
    op.create_index(op.f("ix_tax_region_parent_id"), "tax_region", ["parent_id"])


def _create_layouts() -> None:
    _entity(
        "layout_configuration",
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("is_system_default", sa.Boolean(), nullable=False),
        sa.Column("configuration", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("is_system_default = (user_id IS NULL)", name=op.f("ck_layout_configuration_owner")),
    )
    _live_unique("layout_configuration", "user_id", "zone")
    _live_unique(
        "layout_configuration",
        "zone",
        where=sa.text("is_system_default AND deleted_at IS NULL"),
        name="uq_layout_configuration_zone_default",
    )


def _create_notifications() -> None:
    _entity(
        "notification",
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("trigger_type", sa.Text(), nullable=True),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("resource_type", sa.Text(), nullable=True),
        sa.Column("receiver_id", sa.Text(), nullable=True),
    )
    op.create_index("ix_notification_channel_to", "notification", ["channel", "to", "created_at"])
    op.create_index("ix_notification_created_at", "notification", ["created_at"], postgresql_where=LIVE)


def _create_return_reasons() -> None:
    _entity(
        "return_reason",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("parent_return_reason_id", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_return_reason_id"],
            ["return_reason.id"],
            name=op.f("fk_return_reason_parent_return_reason_id"),
        ),
    )
    op.create_index(op.f("ix_return_reason_parent_return_reason_id"), "return_reason", ["parent_return_reason_id"])
    _live_unique("return_reason", "value")


def _create_store_locales() -> None:
    _entity(
        "store_locale",
        sa.Column("locale_code", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_locale_store_id")),
    )
    op.create_index(op.f("ix_store_locale_store_id"), "store_locale", ["store_id"])
    _live_unique("store_locale", "store_id", "locale_code")


def downgrade() -> None:
    op.drop_index("ix_tax_region_parent_id", table_name="tax_region")
    op.drop_index("uq_tax_region_country_code", table_name="tax_region")
    op.drop_index("uq_tax_region_country_code_province_code", table_name="tax_region")
    op.create_index(
        "uq_tax_region_country_code_province_code",
        "tax_region",
        ["country_code", sa.literal_column("coalesce(province_code, '')")],
        unique=True,
        postgresql_where=LIVE,
    )
    op.drop_index("uq_tax_rate_rule_tax_rate_id_reference_id", table_name="tax_rate_rule")
    op.execute("UPDATE tax_rate SET rate = 0 WHERE rate IS NULL")
    op.alter_column("tax_rate", "rate", existing_type=sa.Numeric(), nullable=False)
    op.drop_index("uq_store_currency_store_id_default", table_name="store_currency")
    op.drop_index("uq_store_currency_store_id_currency_code", table_name="store_currency")
    for table in ("store_locale", "return_reason", "notification", "layout_configuration"):
        op.drop_table(table)
