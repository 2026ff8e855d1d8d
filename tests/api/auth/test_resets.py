"""Setting a password by a token: once, and nothing that was issued under the old one counts any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response

from api.state import State
from commerce.auth.tokens import Reset
from kit import clock
from kit.db import Database, run
from operations.deliver_event import expect_delivery, mark_delivered
from operations.outbox import erase_secrets, mark_sent
from operations.purge_expired import purge_expired
from tests.support.people import PASSWORD, People
from tests.support.statements import recorded_statements

INVALID = (401, {"type": "unauthorized", "message": "Invalid token"})
RESET = "/auth/customer/emailpass/reset-password"
UPDATE = "/auth/customer/emailpass/update"


async def reset_token(people: People, email: str = "nora@example.com") -> str:
    response = await people.ask(RESET, {"identifier": email, "metadata": {"lang": "de"}})
    assert (response.status_code, response.text) == (201, "Created")
    token: str = (await people.events("auth.password_reset"))[-1][1]["token"]
    return token


async def update(people: People, token: str, password: str = "new-pass-1") -> Response:  # noqa: S107 - of a test
    return await people.ask(UPDATE, {"password": password}, token)


async def test_a_token_sets_a_password_once_even_when_it_is_used_twice_at_once(people: People) -> None:
    await people.account("nora@example.com")
    token = await reset_token(people)
    ends = await asyncio.gather(*(update(people, token, f"new-pass-{n}") for n in range(5)))
    won = [n for n, end in enumerate(ends) if end.status_code == 200]
    assert len(won) == 1
    assert ends[won[0]].json() == {"success": True}
    assert all((end.status_code, end.json()) == INVALID for n, end in enumerate(ends) if n not in won)
    assert (await people.log_in("nora@example.com", f"new-pass-{won[0]}")).status_code == 200
    assert (await people.log_in("nora@example.com")).status_code == 401


async def test_what_was_issued_under_the_old_password_counts_no_more(
    client: AsyncClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = clock.now() - timedelta(minutes=5)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: earlier)
        _, headers = await people.account("nora@example.com")
        session = await client.post("/auth/session", headers=headers)
    client.cookies.clear()
    by_cookie = {**people.store, "cookie": session.headers["set-cookie"].partition(";")[0]}
    for old in (headers, by_cookie):
        assert (await client.get("/store/customers/me", headers=old)).status_code == 200
    other, token = await reset_token(people), await reset_token(people)
    assert (await update(people, token)).status_code == 200
    for old in (headers, by_cookie):
        assert (await client.get("/store/customers/me", headers=old)).status_code == 401, "was good until now"
    assert (await people.rows("SELECT count(*) FROM auth_session")) == [(0,)]
    assert ((await update(people, other)).status_code, (await update(people, token)).status_code) == (401, 401)
    fresh = (await people.log_in("nora@example.com", "new-pass-1")).json()["token"]
    me = await client.get("/store/customers/me", headers={**people.store, "authorization": f"Bearer {fresh}"})
    assert me.status_code == 200


async def test_an_unknown_mail_is_answered_by_the_same_commit_without_an_event(people: People, state: State) -> None:
    await people.account("nora@example.com")
    sent: dict[str, list[str]] = {}
    for email in ("nora@example.com", "ghost@example.com"):
        with recorded_statements(state.database) as sent[email]:
            response = await people.ask(RESET, {"identifier": email})
        assert (response.status_code, response.text) == (201, "Created")
    known, unknown = sent.values()
    assert unknown == [each for each in known if "outbox" not in each]
    assert len(await people.events("auth.password_reset")) == 1
    assert await people.rows("SELECT count(auth_identity_id), count(*) FROM reset_token") == [(1, 2)]


@pytest.mark.parametrize("kind", ["none", "nonsense", "login", "other actor", "over", "nobody's", "no password"])
async def test_another_token_sets_no_password(people: People, state: State, database: Database, kind: str) -> None:
    _, headers = await people.account("nora@example.com")
    token, body, path = await reset_token(people), {"password": "new-pass-1"}, UPDATE
    expected = INVALID
    if kind == "nobody's":
        await people.ask(RESET, {"identifier": "ghost@example.com"})
        jti = (await people.rows("SELECT jti FROM reset_token WHERE auth_identity_id IS NULL"))[0][0]
        reset = Reset("nora@example.com", "customer", "emailpass", jti)
        token = state.tokens.issue_reset(reset, clock.now() + timedelta(minutes=1))
    elif kind == "over":
        await database.transact(lambda s: run(s, "UPDATE reset_token SET expires_at = now()"))
    elif kind == "other actor":
        path = UPDATE.replace("customer", "user")
    elif kind == "no password":
        body, expected = {}, (401, {"type": "unauthorized", "message": "Password should be a string"})
    other = {"none": None, "nonsense": "x.y.z", "login": headers["authorization"].split()[1]}
    response = await people.ask(path, body, other.get(kind, token))
    assert (response.status_code, response.json()) == expected
    assert (await people.log_in("nora@example.com", PASSWORD)).status_code == 200


async def test_a_token_is_erased_from_the_outbox_once_everybody_heard_it(people: People, database: Database) -> None:
    await people.account("nora@example.com")
    await reset_token(people)
    ((event_id, data),) = await people.rows("SELECT id, data FROM outbox_event WHERE name = 'auth.password_reset'")
    assert (data["entity_id"], data["actor_type"], data["metadata"]) == ("nora@example.com", "customer", {"lang": "de"})

    async def has_token() -> bool:
        await database.transact(erase_secrets)
        ((left,),) = await people.rows("SELECT data FROM outbox_event WHERE id = $1", event_id)
        assert left["entity_id"] == "nora@example.com"
        return "token" in left

    assert await has_token()
    await database.transact(lambda s: mark_sent(s, [event_id]))
    for subscriber in ("mails", "audit"):
        await database.transact(lambda s, name=subscriber: expect_delivery(s, [event_id], name))  # type: ignore[misc]
    assert await has_token()
    await database.transact(lambda s: mark_delivered(s, event_id, "mails"))
    assert await has_token()
    await database.transact(lambda s: mark_delivered(s, event_id, "audit"))
    assert not await has_token()
    await reset_token(people)
    await database.transact(lambda s: run(s, "UPDATE outbox_event SET created_at = created_at - interval '1 hour'"))
    await database.transact(erase_secrets)
    assert "token" not in (await people.events("auth.password_reset"))[-1][1]  # too old to be of use to anybody


async def test_reset_tokens_are_purged_when_they_are_over(people: People, database: Database) -> None:
    await people.account("nora@example.com")
    await reset_token(people)
    await database.transact(lambda s: run(s, "UPDATE reset_token SET expires_at = now() - interval '1 second'"))
    await database.transact(purge_expired)
    assert await people.rows("SELECT count(*) FROM reset_token") == [(0,)]
