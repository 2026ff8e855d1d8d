"""Medusa's own JS SDK sets a shop up from what a first start leaves, and buys in it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from uuid import uuid4

from commerce.auth.passwords import Passwords
from kit.db import Database
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from operations.seed.first_start import first_start
from tests.contract.test_js_sdk_story import ADMIN, sdk
from tests.support.running_shop import running

__all__ = ["sdk"]


async def test_a_shop_is_set_up_by_the_sdk_alone_and_sells(
    sdk: Path,
    database: Database,
    database_url: str,
    temporal: str,
) -> None:
    hashed = await Passwords(8, 1, 1).hash(ADMIN["admin_password"])
    await database.transact(lambda session: first_start(session, payment_providers=["pp_system_default"]))
    await database.transact(lambda session: create_admin_user(session, ADMIN["admin_email"], hashed))
    settings = Settings(
        database_url=database_url,
        temporal_address=temporal,
        temporal_task_queue_prefix=f"{uuid4().hex}-",
        jwt_secret="x" * 40,
        password_memory_kib=8,
        password_time_cost=1,
        log_level="CRITICAL",
    )
    async with running(settings) as url:
        process = await asyncio.create_subprocess_exec(
            "node",
            "set_up.mjs",
            json.dumps({"api_url": url, **ADMIN}),
            cwd=sdk,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert json.loads(out) == {
        "listed": 1,
        "price": 11,
        "stock": 10,
        "is_offered": True,
        "total": 25.63,  # 2 mugs at 11 less 10 %, with tax inside; the post at 4.90 and its 19 % on top
        "left": 8,
        "seen_by_admin": "ada@example.com",
    }
