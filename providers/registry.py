"""The providers of this installation: of payments by id, the built-in ones, those of settings, those of plugins.

A plugin's distribution declares an entry point in the group `euryale.providers` whose name begins with `payment.`
and whose object is a function from Settings to one provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from commerce.file.port import FileProvider
from commerce.payment.port import PaymentProvider
from kit.settings import Settings
from providers.local_files.files import LocalFiles
from providers.recorded.payment import RecordedPayments
from providers.sandbox.payment import SandboxPayments
from providers.system.payment import SystemPayments

GROUP: Final = "euryale.providers"
PAYMENT: Final = "payment."


def payment_providers(settings: Settings, plugins: Iterable[EntryPoint] | None = None) -> dict[str, PaymentProvider]:
    """Return id -> provider; ValueError when two providers claim one id. Close each when the process ends."""
    found: dict[str, PaymentProvider] = {}
    for provider in _all(settings, entry_points(group=GROUP) if plugins is None else plugins):
        if provider.id in found:
            raise ValueError(f"Two payment providers are called {provider.id}.")
        found[provider.id] = provider
    return found


def _all(settings: Settings, plugins: Iterable[EntryPoint]) -> Iterator[PaymentProvider]:
    yield SystemPayments()
    if settings.sandbox_url is not None:
        for confirmed_by_client in (False, True):
            yield SandboxPayments(
                settings.sandbox_url,
                confirmed_by_client=confirmed_by_client,
                session_seconds=settings.provider_session_seconds,
                money_seconds=settings.provider_money_seconds,
            )
    if settings.recorded_payments:
        yield RecordedPayments()
    for plugin in plugins:
        if plugin.name.startswith(PAYMENT):
            yield plugin.load()(settings)


def file_provider(settings: Settings) -> FileProvider:
    """Return where files are kept."""
    return LocalFiles(settings.files_dir, settings.static_url)
