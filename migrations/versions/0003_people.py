"""People: customers' addresses, invites, sessions, reset tokens, verifications, buckets of attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

LIVE = sa.text("deleted_at IS NULL")
SCRYPT = sa.text("provider_metadata ->> 'password' LIKE 'c2NyeXB0%'")
SECRETS = sa.text("secrets IS NOT NULL")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True, precision=3), nullable=nullable)


def _moments() -> list[sa.Column[object]]:
    now, kind = sa.text("now()"), postgresql.TIMESTAMP(timezone=True, precision=3)
    return [
        sa.Column("created_at", kind, server_default=now, nullable=False),
        sa.Column("updated_at", kind, server_default=now, nullable=False),
        _moment("deleted_at", nullable=True),
    ]


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)


def _metadata() -> sa.Column[object]:
    return sa.Column("metadata", postgresql.JSONB(none_as_null=True), nullable=True)


def _identity(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_auth_identity_id")
    return sa.ForeignKeyConstraint(["auth_identity_id"], ["auth_identity.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    _create_tables_of_auth()
    op.create_table(
        "invite",
        _text("id"),
        _text("email"),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        _text("jti"),
        _moment("issued_at"),
        _moment("expires_at"),
        _metadata(),
        *_moments(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite")),
    )
    op.create_index("uq_invite_email", "invite", ["email"], unique=True, postgresql_where=LIVE)
    op.create_table(
        "customer_address",
        _text("id"),
        _text("customer_id"),
        _text("address_name", nullable=True),
        sa.Column("is_default_shipping", sa.Boolean(), nullable=False),
        sa.Column("is_default_billing", sa.Boolean(), nullable=False),
        *(_text(name, nullable=True) for name in ("company", "first_name", "last_name", "address_1", "address_2")),
        *(_text(name, nullable=True) for name in ("city", "country_code", "province", "postal_code", "phone")),
        _metadata(),
        *_moments(),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_address_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_address")),
    )
    op.create_index(op.f("ix_customer_address_customer_id"), "customer_address", ["customer_id"])
    for flag in ("is_default_billing", "is_default_shipping"):
        where = sa.text(f"{flag} AND deleted_at IS NULL")
        op.create_index(
            f"uq_customer_address_{flag}", "customer_address", ["customer_id"], unique=True, postgresql_where=where
        )
    op.create_index("ix_customer_created_at", "customer", ["created_at"])
    op.create_index(
        op.f("ix_customer_group_customer_customer_group_id"), "customer_group_customer", ["customer_group_id"]
    )
    op.create_table(
        "throttle",
        _text("key"),
        _moment("full_at"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_throttle_full_at"), "throttle", ["full_at"])
    op.add_column("idempotency_key", _text("resource_id", nullable=True))
    op.add_column("outbox_event", sa.Column("secrets", sa.ARRAY(sa.Text()), nullable=True))
    op.create_index("ix_outbox_event_secrets", "outbox_event", ["created_at"], postgresql_where=SECRETS)


def _create_tables_of_auth() -> None:
    op.create_table(
        "auth_session",
        _text("id"),
        _text("auth_identity_id"),
        _json("payload"),
        _moment("expires_at"),
        _identity("auth_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_session")),
    )
    op.create_table(
        "reset_token",
        _text("jti"),
        _text("auth_identity_id", nullable=True),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        _identity("reset_token"),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_reset_token")),
    )
    op.create_table(
        "auth_verification",
        *(_text(name) for name in ("id", "auth_identity_id", "entity_id", "entity_type", "code_provider")),
        _moment("verified_at", nullable=True),
        _moment("requested_at"),
        _moment("expires_at"),
        _json("provider_metadata"),
        _json("metadata"),
        *_moments(),
        _identity("auth_verification"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_verification")),
    )
    one_open = "uq_auth_verification_auth_identity_id_entity_type_entity_id"
    keys = ["auth_identity_id", "entity_type", "entity_id"]
    op.create_index(one_open, "auth_verification", keys, unique=True, postgresql_where=LIVE)
    for table in ("auth_session", "reset_token", "auth_verification"):
        op.create_index(op.f(f"ix_{table}_auth_identity_id"), table, ["auth_identity_id"])
    for table in ("auth_session", "reset_token"):
        op.create_index(op.f(f"ix_{table}_expires_at"), table, ["expires_at"])
    op.add_column("auth_identity", _moment("tokens_from", nullable=True))
    for actor in ("user", "customer"):
        key = sa.text(f"(app_metadata ->> '{actor}_id')")
        op.create_index(f"ix_auth_identity_{actor}_id", "auth_identity", [key])
    op.create_index("ix_provider_identity_scrypt", "provider_identity", ["provider"], postgresql_where=SCRYPT)


def downgrade() -> None:
    op.drop_index("ix_provider_identity_scrypt", table_name="provider_identity")
    for actor in ("user", "customer"):
        op.drop_index(f"ix_auth_identity_{actor}_id", table_name="auth_identity")
    op.drop_column("auth_identity", "tokens_from")
    op.drop_index("ix_outbox_event_secrets", table_name="outbox_event")
    op.drop_column("outbox_event", "secrets")
    op.drop_column("idempotency_key", "resource_id")
    op.drop_index(op.f("ix_customer_group_customer_customer_group_id"), table_name="customer_group_customer")
    op.drop_index("ix_customer_created_at", table_name="customer")
    for table in ("throttle", "customer_address", "invite", "auth_verification", "reset_token", "auth_session"):
        op.drop_table(table)
