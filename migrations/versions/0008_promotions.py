"""promotions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promotion_campaign",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("campaign_identifier", sa.Text(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_campaign")),
    )
    op.create_index(
        "uq_promotion_campaign_campaign_identifier",
        "promotion_campaign",
        ["campaign_identifier"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "promotion",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("is_tax_inclusive", sa.Boolean(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("limit", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'active', 'inactive')", name=op.f("ck_promotion_status")),
        sa.CheckConstraint("type IN ('standard', 'buyget')", name=op.f("ck_promotion_type")),
        sa.CheckConstraint('"limit" IS NULL OR used <= "limit"', name=op.f("ck_promotion_within_limit")),
        sa.ForeignKeyConstraint(["campaign_id"], ["promotion_campaign.id"], name=op.f("fk_promotion_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
    )
    op.create_index(op.f("ix_promotion_campaign_id"), "promotion", ["campaign_id"], unique=False)
    op.create_index(
        "uq_promotion_code", "promotion", ["code"], unique=True, postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.create_table(
        "promotion_campaign_budget",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=True),
        sa.Column("attribute", sa.Text(), nullable=True),
        sa.Column("limit", sa.Numeric(), nullable=True),
        sa.Column("used", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.CheckConstraint(
            "type IN ('spend', 'usage', 'use_by_attribute', 'spend_by_attribute')",
            name=op.f("ck_promotion_campaign_budget_type"),
        ),
        sa.CheckConstraint(
            "\"limit\" IS NULL OR type IN ('use_by_attribute', 'spend_by_attribute') OR used >= 0",
            name=op.f("ck_promotion_campaign_budget_used"),
        ),
        sa.CheckConstraint(
            "used NOT IN ('NaN', 'Infinity', '-Infinity') AND \"limit\" NOT IN ('NaN', 'Infinity', '-Infinity')",
            name=op.f("ck_promotion_campaign_budget_finite"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["promotion_campaign.id"], name=op.f("fk_promotion_campaign_budget_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_campaign_budget")),
    )
    op.create_index(
        "uq_promotion_campaign_budget_campaign_id",
        "promotion_campaign_budget",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "cart_promotion",
        sa.Column("cart_id", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["promotion_id"], ["promotion.id"], name=op.f("fk_cart_promotion_promotion_id")),
        sa.PrimaryKeyConstraint("cart_id", "promotion_id", name=op.f("pk_cart_promotion")),
    )
    op.create_table(
        "order_promotion",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Text(), nullable=True),
        sa.Column("attribute_value", sa.Text(), nullable=True),
        sa.Column("spent", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("returned_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.CheckConstraint("spent NOT IN ('NaN', 'Infinity', '-Infinity')", name=op.f("ck_order_promotion_finite")),
        sa.ForeignKeyConstraint(["promotion_id"], ["promotion.id"], name=op.f("fk_order_promotion_promotion_id")),
        sa.PrimaryKeyConstraint("order_id", "promotion_id", name=op.f("pk_order_promotion")),
    )
    op.create_table(
        "promotion_application_method",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=True),
        sa.Column("max_quantity", sa.Numeric(), nullable=True),
        sa.Column("apply_to_quantity", sa.Numeric(), nullable=True),
        sa.Column("buy_rules_min_quantity", sa.Numeric(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("target_type", sa.Text(), nullable=False),
        sa.Column("allocation", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.CheckConstraint(
            "allocation IN ('each', 'across', 'once')", name=op.f("ck_promotion_application_method_allocation")
        ),
        sa.CheckConstraint(
            "target_type IN ('order', 'items', 'shipping_methods')",
            name=op.f("ck_promotion_application_method_target_type"),
        ),
        sa.CheckConstraint("type IN ('fixed', 'percentage')", name=op.f("ck_promotion_application_method_type")),
        sa.CheckConstraint(
            "value NOT IN ('NaN', 'Infinity', '-Infinity')", name=op.f("ck_promotion_application_method_finite")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_promotion_application_method_promotion_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_application_method")),
    )
    op.create_index(
        "uq_promotion_application_method_promotion_id",
        "promotion_application_method",
        ["promotion_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "promotion_campaign_budget_usage",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Text(), nullable=False),
        sa.Column("attribute_value", sa.Text(), nullable=False),
        sa.Column("used", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.CheckConstraint(
            "used NOT IN ('NaN', 'Infinity', '-Infinity')", name=op.f("ck_promotion_campaign_budget_usage_finite")
        ),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["promotion_campaign_budget.id"], name=op.f("fk_promotion_campaign_budget_usage_budget_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_campaign_budget_usage")),
        sa.UniqueConstraint(
            "budget_id", "attribute_value", name=op.f("uq_promotion_campaign_budget_usage_budget_id_attribute_value")
        ),
    )
    op.create_table(
        "promotion_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.CheckConstraint("kind IN ('rules', 'target_rules', 'buy_rules')", name=op.f("ck_promotion_rule_kind")),
        sa.ForeignKeyConstraint(["promotion_id"], ["promotion.id"], name=op.f("fk_promotion_rule_promotion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_rule")),
    )
    op.create_index(op.f("ix_promotion_rule_promotion_id"), "promotion_rule", ["promotion_id"], unique=False)
    op.create_table(
        "promotion_rule_value",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("promotion_rule_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            postgresql.TIMESTAMP(timezone=True, precision=3),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", postgresql.TIMESTAMP(timezone=True, precision=3), nullable=True),
        sa.ForeignKeyConstraint(
            ["promotion_rule_id"],
            ["promotion_rule.id"],
            name=op.f("fk_promotion_rule_value_promotion_rule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_rule_value")),
    )
    op.create_index(
        op.f("ix_promotion_rule_value_promotion_rule_id"), "promotion_rule_value", ["promotion_rule_id"], unique=False
    )
    op.add_column("cart_line_item_adjustment", sa.Column("exact", sa.Numeric(), nullable=True))
    op.add_column(
        "cart_line_item_adjustment", sa.Column("rank", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("cart_shipping_method_adjustment", sa.Column("exact", sa.Numeric(), nullable=True))
    op.add_column(
        "cart_shipping_method_adjustment",
        sa.Column("rank", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("order_line_item_adjustment", sa.Column("exact", sa.Numeric(), nullable=True))
    op.add_column(
        "order_line_item_adjustment", sa.Column("rank", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("order_shipping_method_adjustment", sa.Column("exact", sa.Numeric(), nullable=True))
    op.add_column(
        "order_shipping_method_adjustment",
        sa.Column("rank", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("order_shipping_method_adjustment", "rank")
    op.drop_column("order_shipping_method_adjustment", "exact")
    op.drop_column("order_line_item_adjustment", "rank")
    op.drop_column("order_line_item_adjustment", "exact")
    op.drop_column("cart_shipping_method_adjustment", "rank")
    op.drop_column("cart_shipping_method_adjustment", "exact")
    op.drop_column("cart_line_item_adjustment", "rank")
    op.drop_column("cart_line_item_adjustment", "exact")
    op.drop_index(op.f("ix_promotion_rule_value_promotion_rule_id"), table_name="promotion_rule_value")
    op.drop_table("promotion_rule_value")
    op.drop_index(op.f("ix_promotion_rule_promotion_id"), table_name="promotion_rule")
    op.drop_table("promotion_rule")
    op.drop_table("promotion_campaign_budget_usage")
    op.drop_index(
        "uq_promotion_application_method_promotion_id",
        table_name="promotion_application_method",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("promotion_application_method")
    op.drop_table("order_promotion")
    op.drop_table("cart_promotion")
    op.drop_index(
        "uq_promotion_campaign_budget_campaign_id",
        table_name="promotion_campaign_budget",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("promotion_campaign_budget")
    op.drop_index("uq_promotion_code", table_name="promotion", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(op.f("ix_promotion_campaign_id"), table_name="promotion")
    op.drop_table("promotion")
    op.drop_index(
        "uq_promotion_campaign_campaign_identifier",
        table_name="promotion_campaign",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("promotion_campaign")
