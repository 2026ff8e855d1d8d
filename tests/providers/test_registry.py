"""Which providers an installation has."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from commerce.payment.port import PaymentProvider
from kit.settings import Settings
from providers.registry import payment_providers
from providers.system.payment import SystemPayments


class Barter(SystemPayments):
    id = "pp_barter"


def barter(_: Settings) -> PaymentProvider:
    return Barter()


class Found(EntryPoint):
    """An entry point of an installed plugin, without installing one."""

    def load(self) -> object:
        return {"barter": barter, "double": lambda _: SystemPayments()}[self.value]


def plugin(name: str, value: str) -> EntryPoint:
    return Found(name=name, value=value, group="euryale.providers")


def test_by_default_only_the_system_provider_is_offered() -> None:
    assert list(payment_providers(Settings())) == ["pp_system_default"]


async def test_the_sandbox_is_offered_when_its_address_is_set() -> None:
    found = payment_providers(Settings(sandbox_url="http://127.0.0.1:1"))
    assert list(found) == ["pp_system_default", "pp_sandbox_sandbox", "pp_sandbox_browser"]
    assert [found[i].confirmed_by_client for i in found] == [False, False, True]
    for provider in found.values():
        await provider.close()


def test_the_recordings_provider_needs_its_setting() -> None:
    assert "pp_test_rec" in payment_providers(Settings(recorded_payments=True))


def test_a_plugin_brings_a_provider() -> None:
    found = payment_providers(Settings(), [plugin("payment.barter", "barter"), plugin("search.x", "barter")])
    assert list(found) == ["pp_system_default", "pp_barter"]


def test_two_providers_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="Two payment providers are called pp_system_default"):
        payment_providers(Settings(), [plugin("payment.double", "double")])
