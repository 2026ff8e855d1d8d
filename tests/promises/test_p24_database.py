"""Promise 24 where PostgreSQL refuses a row and repeats it: neither a history nor a log is told whose it was."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter, DefaultFailureConverter
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from durable import interceptor
from durable.interceptor import Surround
from kit import discreet, logs
from kit.db import Database, run
from tests.promises.canaries import MAIL, listening

BROKEN = f"ALTER TABLE customer ADD CONSTRAINT ck_no_canaries CHECK (email <> '{MAIL}')"
STATEMENTS = {
    "a broken constraint": ("INSERT INTO customer (id, email, has_account) VALUES ('cus_1', $1, true)", MAIL),
    "a value of another type": ("SELECT $1::text::int", MAIL),
    "a parameter that the driver refuses": ("SELECT $1::int", MAIL),
    "a taken value": (
        "INSERT INTO customer (id, email, has_account) VALUES ('cus_1', $1, true), ('cus_1', $1, true)",
        f"{MAIL}.again",
    ),
}


class Innermost(ActivityInboundInterceptor):
    """An activity that sends one statement."""

    def __init__(self, database: Database, *statement: str) -> None:
        self._database, self._statement = database, statement

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401, ARG002 - as the SDK has it
        return await self._database.transact(lambda session: run(session, *self._statement))


async def told_of(database: Database, monkeypatch: pytest.MonkeyPatch, *statement: str) -> tuple[str, str]:
    """Return what a history and the logs get to see of a statement that fails."""
    await database.transact(lambda session: run(session, BROKEN))
    surrounded = Surround().intercept_activity(Innermost(database, *statement))
    with listening(monkeypatch) as ears:
        logs.configure("DEBUG")
        try:
            await ActivityEnvironment().run(surrounded.execute_activity, None)
        except Exception as error:  # noqa: BLE001 - whatever Temporal is given
            structlog.get_logger().error("request failed", exc_info=error)  # as the API logs what nobody foresaw
            failure = Failure()
            DefaultFailureConverter().to_failure(error, DataConverter.default.payload_converter, failure)
            return str(failure), ears.text
    raise AssertionError("the statement did not fail")


@pytest.mark.parametrize("name", STATEMENTS)
async def test_p24_what_the_database_refuses_is_not_repeated(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    history, told = await told_of(database, monkeypatch, *STATEMENTS[name])
    assert (MAIL in history, MAIL in told) == (False, False)
    assert "Error" in history
    assert told.count("Traceback") == 0
    assert "in execute_activity" in told, "where it failed is told"


async def test_p24_what_is_wrong_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for written in await told_of(database, monkeypatch, *STATEMENTS["a broken constraint"]):
        assert "ck_no_canaries" in written


async def test_p24_mutation_a_failure_in_the_databases_own_words_is_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interceptor, "holds_values", lambda _: False)
    monkeypatch.setattr(discreet, "_words", str)
    history, told = await told_of(database, monkeypatch, *STATEMENTS["a broken constraint"])
    assert MAIL in history
    assert MAIL in told
