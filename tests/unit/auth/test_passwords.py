"""Password hashes: those of the npm package `scrypt-kdf` verify and become Argon2id; a refusal costs the same."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from commerce.auth.passwords import Passwords
from commerce.auth.scrypt_kdf import ScryptKdf

MADE_BY_NPM = {  # scrypt-kdf 3, logN 10, r 8, p 1
    "s3cret-pass": "c2NyeXB0AAoAAAAIAAAAAe+fMFmIrT848hfhxC+CuxojDE/2z2rL4f2F1BExq9nLeMykUI61YyVHsHFSCqK6"
    "dzeA20xPHhHxGNoFW5A5oT/t+JXII/fpLvqvNHPgKuuE",
    "pässwörd": "c2NyeXB0AAoAAAAIAAAAAaQ84zEPa5+NDmNNhnSGPpnjLl+AI23OX3UO6qpWEVFWbBnN67RGnH4u/xzSfDBW"
    "FUWLNPfth3E0ML/JMc10UThRa5zR5CLoL2bwgPmFQ5YV",
}
STORED = MADE_BY_NPM["s3cret-pass"]


def bent(at: int, byte: int) -> str:
    raw = bytearray(base64.b64decode(STORED))
    raw[at] = byte
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(("password", "stored"), MADE_BY_NPM.items())
async def test_a_hash_of_a_migrated_shop_verifies_and_is_replaced(password: str, stored: str) -> None:
    passwords = Passwords(memory_kib=8, time_cost=1, concurrency=1)
    matches, fresh = await passwords.verify(password, stored)
    assert matches
    assert fresh is not None
    assert fresh.startswith("$argon2id$")
    assert await passwords.verify(password, fresh) == (True, None)
    assert await passwords.verify(f"{password} ", stored) == (False, None)


@pytest.mark.parametrize(
    "stored",
    [
        *(bent(at, 0xFF) for at in (6, 7, 8, 12, 20, 50, 70)),  # version, log N, r, p, salt, checksum, signature
        STORED[:-4],
        "c2NyeXB0",
        "c2NyeXB0!",
    ],
)
async def test_a_damaged_hash_is_nobody_s(stored: str) -> None:
    assert await Passwords(8, 1, 1).verify("s3cret-pass", stored) == (False, None)


async def test_a_hash_that_wants_more_memory_than_there_is_is_nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commerce.auth.scrypt_kdf.MOST_MEMORY", 1024)
    assert await Passwords(8, 1, 1).verify("s3cret-pass", STORED) == (False, None)


async def test_stronger_settings_reach_old_hashes_at_the_next_login() -> None:
    weak = await Passwords(memory_kib=8, time_cost=1, concurrency=1).hash("x")
    matches, fresh = await Passwords(memory_kib=16, time_cost=2, concurrency=1).verify("x", weak)
    assert matches
    assert fresh is not None
    assert "m=16,t=2" in fresh


@pytest.mark.parametrize("is_migrating", [False, True])
async def test_a_refusal_costs_the_same_whatever_is_stored(
    monkeypatch: pytest.MonkeyPatch, *, is_migrating: bool
) -> None:
    """One Argon2id, and where the shop has scrypt hashes one scrypt: no more is told by the time it takes."""
    passwords = Passwords(8, 1, 1, scrypt_log_n=4)
    own = await passwords.hash("right")
    old = ScryptKdf().hash("right", log_n=4)
    spent: list[str] = []
    _listen(monkeypatch, "argon2._password_hasher.verify_secret", "argon2", spent)
    _listen(monkeypatch, "hashlib.scrypt", "scrypt", spent)
    bills = []
    for stored in (None, own, *([old] if is_migrating else [])):
        spent.clear()
        assert await passwords.verify("wrong", stored, is_migrating=is_migrating) == (False, None)
        bills.append(sorted(spent))
    assert bills == [["argon2", "scrypt"] if is_migrating else ["argon2"]] * len(bills)


def _listen(monkeypatch: pytest.MonkeyPatch, target: str, name: str, spent: list[str]) -> None:
    module, _, attribute = target.rpartition(".")
    original: Callable[..., object] = getattr(__import__(module, fromlist=[attribute]), attribute)

    def heard(*args: object, **kwargs: object) -> object:
        spent.append(name)
        return original(*args, **kwargs)

    monkeypatch.setattr(target, heard)
