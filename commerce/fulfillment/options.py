"""Shipping options and the rules under which they are offered (contract section 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import (
    PriceType,
    ServiceZone,
    ShippingOption,
    ShippingOptionRule,
    ShippingOptionType,
    ShippingProfile,
)
from commerce.fulfillment.rules import refuse_rule
from kit.db import save
from kit.errors import not_found
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import Batch, change, keep, locked, retire


@dataclass(frozen=True)
class NewOptionType:
    """A label that is made together with its option."""

    label: str
    code: str
    description: str | None = None


@dataclass(frozen=True)
class OptionRule:
    """A condition of an option; with an `id` the one that is there."""

    attribute: str
    operator: str
    value: Any
    id: str | None = None


@dataclass(frozen=True)
class NewShippingOption:
    """A way to ship; its label is one that is there (`type_id`) or a new one (`type`)."""

    name: str
    service_zone_id: str
    shipping_profile_id: str
    provider_id: str
    type_id: str | None = None
    type: NewOptionType | None = None
    price_type: PriceType = PriceType.FLAT
    rules: Sequence[OptionRule] = ()
    data: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None


async def create_shipping_option(session: AsyncSession, option: NewShippingOption) -> ShippingOption:
    """Create an option with its rules. Errors: `not_found` for zone, profile or type, `invalid_data` for a bad rule."""
    await keep(session, ServiceZone, option.service_zone_id)
    await keep(session, ShippingProfile, option.shipping_profile_id)
    row = ShippingOption(
        id=new_id("so"),
        name=option.name,
        price_type=option.price_type,
        service_zone_id=option.service_zone_id,
        shipping_profile_id=option.shipping_profile_id,
        provider_id=option.provider_id,
        shipping_option_type_id=await _type(session, option.type_id, option.type),
        data=option.data and dict(option.data),
        metadata_=option.metadata and dict(option.metadata),
    )
    await save(session, row)
    await _create_rules(session, row.id, option.rules)
    await tell(session, "shipping-option.created", row.id)
    return row


async def update_shipping_option(
    session: AsyncSession,
    option: ShippingOption,
    given: Mapping[str, Any],
    *,
    type_id: str | None = None,
    type_: NewOptionType | None = None,
    rules: Sequence[OptionRule] | None = None,
) -> None:
    """Change what is given of a locked option, and with `rules` make those the only ones: by id, or anew.

    Errors: `not_found` for profile, type or rule, `invalid_data` for a bad rule.
    """
    columns = dict(given)
    if "shipping_profile_id" in columns:
        await keep(session, ShippingProfile, columns["shipping_profile_id"])
    if type_id is not None or type_ is not None:
        columns["shipping_option_type_id"] = await _type(session, type_id, type_)
    await change(session, option, columns)
    if rules is not None:
        there = await _rules_of(session, option.id)
        kept = {rule.id for rule in rules}
        await change_rules(
            session,
            option.id,
            create=[rule for rule in rules if rule.id is None],
            update=[rule for rule in rules if rule.id is not None],
            delete=[id_ for id_ in there if id_ not in kept],
        )
    await tell(session, "shipping-option.updated", option.id)


async def delete_shipping_option(session: AsyncSession, option_id: str) -> str:
    """Soft-delete an option with its rules."""
    gone = await retire(session, ShippingOption, option_id)
    await retire(session, ShippingOptionRule, *(await _rules_of(session, option_id) if gone else ()))
    await tell(session, "shipping-option.deleted", *gone)
    return option_id


async def batch_rules(
    session: AsyncSession,
    option_id: str,
    *,
    create: Sequence[OptionRule] = (),
    update: Sequence[OptionRule] = (),
    delete: Sequence[str] = (),
) -> Batch:
    """Change the rules of one option. Errors: `not_found` for option or rule, `invalid_data` for a bad rule."""
    await locked(session, ShippingOption, option_id)
    return await change_rules(session, option_id, create=create, update=update, delete=delete)


async def change_rules(
    session: AsyncSession,
    option_id: str,
    *,
    create: Sequence[OptionRule],
    update: Sequence[OptionRule],
    delete: Sequence[str],
) -> Batch:
    """Change the rules of a locked option, by a constant number of statements; errors as `batch_rules`."""
    there = await _rules_of(session, option_id)
    gone = await retire(session, ShippingOptionRule, *(id_ for id_ in delete if id_ in there))
    changed = []
    for rule in update:
        row = there.get(rule.id or "")
        if row is None or row.id in gone:
            raise not_found(f"Shipping option rule with id: {rule.id} was not found")
        refuse_rule(rule.attribute, rule.operator, rule.value)
        row.attribute, row.operator, row.value = rule.attribute, rule.operator, rule.value
        changed.append(row.id)
    await save(session)
    created = await _create_rules(session, option_id, create)
    return Batch(tuple(created), tuple(changed), tuple(id_ for id_ in delete if id_ in gone))


async def _rules_of(session: AsyncSession, option_id: str) -> dict[str, ShippingOptionRule]:
    rules = select(ShippingOptionRule).where(
        ShippingOptionRule.shipping_option_id == option_id, ShippingOptionRule.deleted_at.is_(None)
    )
    return {row.id: row for row in await session.scalars(rules)}


async def _create_rules(session: AsyncSession, option_id: str, rules: Sequence[OptionRule]) -> list[str]:
    for rule in rules:
        refuse_rule(rule.attribute, rule.operator, rule.value)
    rows = [
        ShippingOptionRule(
            id=new_id("sorul"),
            shipping_option_id=option_id,
            attribute=rule.attribute,
            operator=rule.operator,
            value=rule.value,
        )
        for rule in rules
    ]
    await save(session, *rows)
    return [row.id for row in rows]


async def _type(session: AsyncSession, type_id: str | None, new: NewOptionType | None) -> str | None:
    """Return the label's id; a label made with its option is no event of its own (recorded)."""
    if new is None:
        await keep(session, ShippingOptionType, *([] if type_id is None else [type_id]))
        return type_id
    row = ShippingOptionType(id=new_id("sotype"), **vars(new))
    await save(session, row)
    return row.id
