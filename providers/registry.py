"""The providers of this installation, by id: the built-in ones, those of settings, those of plugins.

A plugin's distribution declares an entry point in the group `euryale.providers` whose name begins with `payment.`,
`fulfillment.` or `tax.`, and whose object is a function from Settings to one provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Protocol, TypeVar

from commerce.file.port import FileProvider
from commerce.fulfillment.port import FulfillmentProvider
from commerce.payment.port import PaymentProvider
from commerce.tax.port import SYSTEM, TaxProvider
from kit.settings import Settings
from providers.local_files.files import LocalFiles
from providers.manual.fulfillment import ManualFulfillment
from providers.recorded.fulfillment import RecordedFulfillment
from providers.recorded.payment import RecordedPayments
from providers.sandbox.payment import SandboxPayments
from providers.system.payment import SystemPayments

GROUP: Final = "euryale.providers"
PAYMENT: Final = "payment"
FULFILLMENT: Final = "fulfillment"
TAX: Final = "tax"


class Provider(Protocol):
    """What every provider has."""

    @property
    def id(self) -> str:
        """The provider's id, which the database knows it by."""


P = TypeVar("P", bound=Provider)


def payment_providers(settings: Settings, plugins: Iterable[EntryPoint] | None = None) -> dict[str, PaymentProvider]:
    """Return id -> provider; ValueError when two providers claim one id. Close each when the process ends."""
    return _by_id(PAYMENT, [*_payment(settings), *_of_plugins(PAYMENT, settings, plugins)])


def fulfillment_providers(
    settings: Settings, plugins: Iterable[EntryPoint] | None = None
) -> dict[str, FulfillmentProvider]:
    """Return id -> provider; ValueError when two providers claim one id. Close each when the process ends."""
    return _by_id(FULFILLMENT, [*_fulfillment(settings), *_of_plugins(FULFILLMENT, settings, plugins)])


def tax_providers(settings: Settings, plugins: Iterable[EntryPoint] | None = None) -> dict[str, TaxProvider]:
    """Return id -> provider, as above; `tp_system`, which is asked nothing, is not among them and cannot be claimed."""
    found: dict[str, TaxProvider] = _by_id(TAX, _of_plugins(TAX, settings, plugins))
    if SYSTEM in found:
        raise ValueError(f"Two tax providers are called {SYSTEM}.")
    return found


def _by_id(kind: str, providers: Iterable[P]) -> dict[str, P]:
    found: dict[str, P] = {}
    for provider in providers:
        if provider.id in found:
            raise ValueError(f"Two {kind} providers are called {provider.id}.")
        found[provider.id] = provider
    return found


def _of_plugins(kind: str, settings: Settings, plugins: Iterable[EntryPoint] | None) -> Iterator[Any]:
    for plugin in entry_points(group=GROUP) if plugins is None else plugins:
        if plugin.name.startswith(f"{kind}."):
            yield plugin.load()(settings)


def _fulfillment(settings: Settings) -> Iterator[FulfillmentProvider]:
    yield ManualFulfillment()
    if settings.recorded_payments:
        yield RecordedFulfillment()


def _payment(settings: Settings) -> Iterator[PaymentProvider]:
    yield SystemPayments()
    if settings.sandbox_url is not None:
        for confirmed_by_client in (False, True):
            yield SandboxPayments(
                settings.sandbox_url,
                confirmed_by_client=confirmed_by_client,
                session_seconds=settings.provider_session_seconds,
                money_seconds=settings.provider_money_seconds,
                webhook_secrets=settings.sandbox_webhook_secrets.split(),
            )
    if settings.stripe_api_key is not None:
        # Vendors' SDKs take half a second and 30 MB to import: a shop without one does not pay for it.
        from providers.stripe.payment import StripePayments  # noqa: PLC0415 - see above

        yield StripePayments(settings)
    if settings.paypal_client_id and settings.paypal_secret:
        from providers.paypal.install import paypal  # noqa: PLC0415 - needs the extra `paypal`

        yield paypal(settings)
    if settings.recorded_payments:
        yield RecordedPayments(settings.files_dir.parent / "recorded-payments")


def file_provider(settings: Settings) -> FileProvider:
    """Return where files are kept."""
    return LocalFiles(settings.files_dir, settings.static_url)
