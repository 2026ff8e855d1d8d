"""`--fake-payments`: Stripe's and PayPal's stand-ins beside the shop, and the settings that make it use them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from euryale.cli.dev.folder import PAYMENTS, Folder
from euryale.cli.dev.supervisor import Part
from euryale.embedded.child import Launch, StartError
from euryale.embedded.http import answers

# Nothing that is secret: whoever reaches these ports of this machine may do as they like at a stand-in anyhow.
STRIPE_KEY: Final = "sk_test_stand_in"
STRIPE_SIGNS: Final = "whsec_stand_in"
PAYPAL_CLIENT: Final = "stand-in"
PAYPAL_SECRET: Final = "stand-in"  # noqa: S105 - see above
PAYPAL_WEBHOOK: Final = "WH5D8A7E1F2B3C4"


@dataclass(frozen=True)
class StandIn:
    """One vendor's stand-in: its program, how to ask whether it lives, and what a shop that talks to it is set to."""

    name: str
    title: str
    health: str
    hook: str  # the provider's name below /hooks/payment
    options: tuple[str, ...]
    settings: Mapping[str, Any]
    address: str  # the setting with the base URL
    needs: str  # the package without which the provider cannot be installed

    def part(self, folder: Folder, port: int, api_port: int) -> Part:
        """Return it as a part; its log, which is all it knows, outlives it."""
        home = folder.path.resolve() / PAYMENTS
        home.mkdir(exist_ok=True, mode=0o700)
        hook = f"http://127.0.0.1:{api_port}/hooks/payment/{self.hook}"
        argv = (sys.executable, "-m", f"providers.sandbox.{self.name}", "--port", str(port))
        where = ("--log", str(home / f"{self.name}.jsonl"), "--public-url", url(port), "--webhook-url", hook)
        # What the shop is set to may be keys of a real account: no business of a stand-in's.
        environment = {name: text for name, text in os.environ.items() if not name.startswith("EURYALE_")}
        launch = Launch((*argv, *where, *self.options), {**environment, "PYTHONUNBUFFERED": "1"}, cwd=Path.cwd())

        async def is_ready(_pid: int) -> bool:
            return await answers(f"{url(port)}{self.health}")

        return Part(self.name, self.title, lambda: launch, is_ready)


STAND_INS: Final = (
    StandIn(
        name="stripe",
        title="Stripe's stand-in",
        health="/_/health",
        hook="stripe_stripe",
        options=("--webhook-secret", STRIPE_SIGNS),
        settings={"stripe_api_key": SecretStr(STRIPE_KEY), "stripe_webhook_secrets": (SecretStr(STRIPE_SIGNS),)},
        address="stripe_base_url",
        needs="stripe",
    ),
    StandIn(
        name="paypal",
        title="PayPal's stand-in",
        health="/health",
        hook="paypal_paypal",
        options=("--client-id", PAYPAL_CLIENT, "--secret", PAYPAL_SECRET, "--webhook-id", PAYPAL_WEBHOOK),
        settings={
            "paypal_client_id": PAYPAL_CLIENT,
            "paypal_secret": SecretStr(PAYPAL_SECRET),
            "paypal_webhook_id": PAYPAL_WEBHOOK,
            "paypal_verify": "offline",
        },
        address="paypal_base_url",
        needs="cryptography",
    ),
)
NAMES: Final = tuple(one.name for one in STAND_INS)
TOLD: Final = tuple(name for one in STAND_INS for name in (*one.settings, one.address))


def url(port: int) -> str:
    """Return where a stand-in is."""
    return f"http://127.0.0.1:{port}"


def settings_of(urls: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of a shop that pays at these stand-ins (name -> URL)."""
    found: dict[str, Any] = {}
    for one in STAND_INS:
        if one.name in urls:
            found |= {**one.settings, one.address: urls[one.name]}
    return found


def require() -> None:
    """Raise a StartError when what the providers are written with is not installed."""
    if lacking := [one.name for one in STAND_INS if find_spec(one.needs) is None]:
        extras = ",".join(lacking)
        raise StartError(f"--fake-payments needs more than is installed: pip install 'euryale[{extras}]'.")


def spelled(value: object) -> str:
    """Return a setting as the environment spells it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(map(spelled, value)) if isinstance(value, tuple) else str(value)
