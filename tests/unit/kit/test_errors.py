"""What an error came from."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from kit.db import Database, run, sqlstate
from kit.errors import chain


def test_a_chain_that_runs_in_a_circle_ends() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert list(chain(one)) == [one, two]


async def test_what_the_database_raised_is_not_its_own_cause(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        await database.transact(lambda session: run(session, "SELECT 1 / 0"))
    assert sqlstate(caught.value) == "22012"
    assert caught.value.__cause__ is not caught.value
