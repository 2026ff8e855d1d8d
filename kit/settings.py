"""Every setting, read once in a composition root; no other module reads the environment."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kit.limits import Door, door

Limits = Annotated[Door, NoDecode, BeforeValidator(door)]


def _listed(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """The settings of one process, from the environment.

    `DATABASE_URL` and `TEMPORAL_ADDRESS` keep their common names; all others begin with `EURYALE_`.
    """

    model_config = SettingsConfigDict(env_prefix="EURYALE_", frozen=True, populate_by_name=True)

    database_url: str = Field(
        "postgresql://postgres@127.0.0.1:5432/euryale",
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
    )
    temporal_address: str = Field(
        "127.0.0.1:7233", validation_alias=AliasChoices("TEMPORAL_ADDRESS", "temporal_address")
    )
    temporal_namespace: str = Field(
        "default", validation_alias=AliasChoices("TEMPORAL_NAMESPACE", "temporal_namespace")
    )
    temporal_ui_url: str | None = None
    api_host: str = "127.0.0.1"
    api_port: int = 9000
    public_url: str | None = None
    jwt_secret: str = Field("", description="Signs tokens (HS256); must be set and at least 32 bytes outside `dev`.")
    jwt_expires_seconds: int = 24 * 3600
    password_memory_kib: int = Field(64 * 1024, description="Argon2id's memory per hash; small in tests only.")
    password_time_cost: int = 3
    password_concurrency: int = Field(2, description="Hashes computed at once; more wait for their turn.")
    throttle: bool = Field(True, description="Count attempts at the doors below, and refuse those beyond the limits.")
    # attempts/seconds of one address, then of one identity. An address is a whole office, or a storefront's server.
    throttle_logins: Limits = door("100/600 20/900")
    throttle_registrations: Limits = door("200/600 5/600")
    throttle_resets: Limits = door("100/600 3/900")
    throttle_verifications: Limits = door("100/600 5/900")
    throttle_codes: Limits = door("100/600 30/600")
    throttle_payment_sessions: Limits = door("1200/600 30/600")
    throttle_completes: Limits = door("300/600 60/600")
    client_address_header: str | None = Field(
        None, description="The header in which a proxy of yours tells the caller's address; unset: none is believed."
    )
    client_address_hops: int = Field(1, ge=1, description="How many proxies of yours add to that header.")
    max_body_bytes: int = 1024 * 1024
    max_upload_bytes: int = Field(64 * 1024 * 1024, description="What the files of one upload may have together.")
    max_file_bytes: int = Field(32 * 1024 * 1024, description="What each of them may have.")
    store_cors: str = "http://localhost:8000"
    admin_cors: str = "http://localhost:9000,http://localhost:5173"
    auth_cors: str = "http://localhost:8000,http://localhost:9000,http://localhost:5173"
    rounding: Literal["currency", "none"] = "currency"
    return_promotion_uses: bool = Field(
        True, description="A cancelled order gives its uses of promotions and budgets back; the peer keeps them."
    )
    sandbox_url: str | None = Field(None, description="Base URL of the sandbox payment provider; unset: not offered.")
    sandbox_webhook_secrets: str = Field(
        "whsec_sandbox", description="What its webhooks are signed with; two while one replaces the other."
    )
    provider_session_seconds: float = Field(3, description="How long a provider may take to make a session.")
    provider_money_seconds: float = Field(10, description="How long a provider may take to hold or move money.")
    stripe_api_key: SecretStr | None = Field(None, description="A secret or restricted key; unset: no Stripe.")
    stripe_webhook_secrets: Secrets = Field(
        (), description="What Stripe signs its webhooks with; two with a comma between while one is being replaced."
    )
    stripe_capture: Literal["manual", "automatic"] = "manual"
    stripe_multicapture: bool = Field(
        False, description="Ask for cards that can be captured in parts; needs an account that Stripe allows it."
    )
    stripe_base_url: str | None = Field(None, description="Where Stripe's API is; set for a stand-in only.")
    paypal_client_id: str | None = Field(None, description="With the secret, offers `pp_paypal_paypal`.")
    paypal_secret: SecretStr | None = None
    paypal_webhook_id: str = Field(
        "", description="Whose deliveries are believed; two, with a space, while it changes."
    )
    paypal_intent: Literal["authorize", "capture"] = Field(
        "authorize", description="Hold the money, or take it at once."
    )
    paypal_verify: Literal["offline", "api"] = Field("offline", description="Who checks the signature of a webhook.")
    paypal_base_url: str = "https://api-m.paypal.com"
    recorded_payments: bool = Field(
        False, description="Offer `pp_test_rec` and `weight_rec`; only for tests of the recorded contract."
    )
    events_file: Path | None = Field(None, description="The worker appends every event to it; only for such tests.")
    files_dir: Path = Path(".euryale/files")
    db_pool_size: int = 10
    statement_timeout: str = "15s"
    attempt_deadline_seconds: int = 30
    complete_wait_seconds: Decimal = Decimal(35)
    money_wait_seconds: float = Field(
        8, description="How long a capture or refund is waited for; then 202, and it goes on."
    )
    webhook_sessions_at_once: int = Field(
        2, ge=1, description="How many sessions a provider is asked about at once because of its webhooks."
    )
    failpoints_file: Path | None = None
    log_level: str = "INFO"
    temporal_task_queue_prefix: str = Field("", description="Put before each task queue's name; for tests.")
    graceful_shutdown_seconds: int = Field(
        20, description="What a running provider call gets when the worker stops: its own 15 s and 5 more; 2 in `dev`."
    )
    api_shutdown_seconds: int = Field(
        40, description="What waiting shoppers get when the API stops: the longest wait of a completion and 5 more."
    )
    ready_file: Path | None = Field(None, description="The worker touches this file once it takes work.")

    @property
    def static_url(self) -> str:
        """Where the files of `files_dir` are served; browsers and storefronts want `localhost`, not an address."""
        return f"{self.public_url or f'http://localhost:{self.api_port}'}/static"
