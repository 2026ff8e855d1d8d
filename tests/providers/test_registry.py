"""Which providers an installation has."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from commerce.fulfillment.port import FulfillmentError, PriceRequest
from commerce.payment.port import PaymentProvider
from commerce.tax.port import TaxRequest
from kit.settings import Settings
from providers.manual.fulfillment import ManualFulfillment
from providers.registry import fulfillment_providers, payment_providers, tax_providers
from providers.system.payment import SystemPayments
from tests.support.moody import MoodyTaxes


class Barter(SystemPayments):
    id = "pp_barter"


def barter(_: Settings) -> PaymentProvider:
    return Barter()


class Post(ManualFulfillment):
    id = "post_post"


class Claimed(MoodyTaxes):
    id = "tp_system"


class Found(EntryPoint):
    """An entry point of an installed plugin, without installing one."""

    def load(self) -> object:
        return {
            "barter": barter,
            "double": lambda _: SystemPayments(),
            "by_hand": lambda _: ManualFulfillment(),
            "post": lambda _: Post(),
            "moody": lambda _: MoodyTaxes(),
            "claimed": lambda _: Claimed(),
        }[self.value]


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


async def test_stripe_is_offered_when_its_key_is_set() -> None:
    settings = Settings(stripe_api_key="sk_test_key", stripe_webhook_secrets="whsec_old, whsec_new")
    found = payment_providers(settings)
    assert list(found) == ["pp_system_default", "pp_stripe_stripe"]
    assert found["pp_stripe_stripe"].confirmed_by_client
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert not {word for word in ("sk_test_key", "whsec_old", "whsec_new") if word in shown}
    for provider in found.values():
        await provider.close()


def test_a_shop_without_vendors_does_not_import_their_sdks() -> None:
    code = "import sys, providers.registry as r; from kit.settings import Settings; r.payment_providers(Settings());"
    vendors = "print(sorted({'stripe', 'aiohttp', 'cryptography'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code + vendors], check=True, capture_output=True, text=True)
    assert told.stdout == "[]\n"


def test_the_recordings_provider_needs_its_setting() -> None:
    assert "pp_test_rec" in payment_providers(Settings(recorded_payments=True))


def test_a_plugin_brings_a_provider() -> None:
    found = payment_providers(Settings(), [plugin("payment.barter", "barter"), plugin("search.x", "barter")])
    assert list(found) == ["pp_system_default", "pp_barter"]


def test_two_providers_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="Two payment providers are called pp_system_default"):
        payment_providers(Settings(), [plugin("payment.double", "double")])


def test_goods_are_sent_by_hand_unless_something_else_is_installed() -> None:
    assert list(fulfillment_providers(Settings(), [plugin("payment.barter", "barter")])) == ["manual_manual"]
    assert list(fulfillment_providers(Settings(recorded_payments=True))) == ["manual_manual", "weight_rec"]
    found = fulfillment_providers(Settings(), [plugin("fulfillment.post", "post")])
    assert list(found) == ["manual_manual", "post_post"]
    with pytest.raises(ValueError, match="Two fulfillment providers are called manual_manual"):
        fulfillment_providers(Settings(), [plugin("fulfillment.double", "by_hand")])


async def test_the_manual_provider_calculates_nothing() -> None:
    provider = fulfillment_providers(Settings())["manual_manual"]
    assert not await provider.can_calculate({})
    assert await provider.validate_data({}, {"a": 1}) == {"a": 1}
    request = PriceRequest(option_data={}, data={}, currency_code="eur", items=())
    with pytest.raises(FulfillmentError):
        await provider.calculate_price(request)


async def test_taxes_are_the_shops_own_unless_a_plugin_brings_a_provider() -> None:
    assert tax_providers(Settings()) == {}
    found = tax_providers(Settings(), [plugin("tax.moody", "moody"), plugin("fulfillment.post", "post")])
    told = await found["tp_moody"].rates(TaxRequest(currency_code="eur", address={}, items=[], shipping=[]))
    assert (told.items, told.shipping) == ([], [])
    with pytest.raises(ValueError, match="Two tax providers are called tp_system"):
        tax_providers(Settings(), [plugin("tax.claimed", "claimed")])
