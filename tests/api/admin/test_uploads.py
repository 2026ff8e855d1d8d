"""`/admin/uploads`: what is kept, under which name, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from kit.settings import Settings

PATH = "/admin/uploads"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
Part = tuple[str, tuple[str, bytes, str]]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Return settings whose uploads are small."""
    given = {"files_dir": tmp_path / "files", "max_file_bytes": 30_000, "max_upload_bytes": 50_000}
    return settings.model_copy(update=given)


def part(name: str, content: bytes, mime_type: str = "text/plain", field: str = "files") -> Part:
    return field, (name, content, mime_type)


async def bring(client: AsyncClient, headers: dict[str, str], *parts: Part, query: str = "") -> Response:
    return await client.post(f"{PATH}{query}", headers=headers, files=list(parts))


def kept(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.files_dir.iterdir()) if settings.files_dir.exists() else []


async def test_files_are_kept_found_served_and_deleted(
    client: AsyncClient, admin: dict[str, str], settings: Settings
) -> None:
    answer = await bring(client, admin, part("../pic.txt", b"hello"), part("mug.png", PNG, "image/png"))
    text, image = answer.json()["files"]
    assert text["id"].endswith("-pic.txt")
    assert image["id"].endswith("-1-mug.png")
    assert text["url"] == f"http://localhost:9000/static/{text['id']}"
    assert kept(settings) == sorted([text["id"], image["id"]])
    assert (await client.get(f"{PATH}/{text['id']}", headers=admin)).json() == {"file": text}
    only = await client.get(f"{PATH}/{text['id']}?fields=url", headers=admin)
    assert only.json() == {"file": text}  # `id` always comes back
    served = await client.get(f"/static/{image['id']}")
    assert (served.content, served.headers["content-type"]) == (PNG, "image/png")
    for _ in range(2):
        gone = await client.delete(f"{PATH}/{text['id']}", headers=admin)
        assert gone.json() == {"id": text["id"], "object": "file", "deleted": True}
    missing = await client.get(f"{PATH}/{text['id']}", headers=admin)
    assert (missing.status_code, missing.json()["message"]) == (404, f"File with key {text['id']} not found")
    assert kept(settings) == [image["id"]]


REFUSED: tuple[tuple[list[Part], int, str], ...] = (
    ([part("a.txt", b"a", field="other")], 400, "No files were uploaded"),
    ([part("", b"")], 400, "No files were uploaded"),
    (
        [part("a.txt", b"a"), part("mug.png", b"<script>", "image/png")],
        400,
        "mug.png is not an image of a kind that is served: PNG, JPEG, GIF, WebP or AVIF.",
    ),
    ([part("a.txt", b"a"), part("b.txt", b"b" * 30_001)], 413, "b.txt is larger than 30000 bytes."),
    ([part("a.txt", b"")] * 101, 400, "Too many files. Maximum number of files is 100."),
    ([part("a.txt", b"a" * 26_000)] * 2, 413, "The body is larger than 50000 bytes."),
)


async def test_what_is_refused_leaves_nothing(client: AsyncClient, admin: dict[str, str], settings: Settings) -> None:
    for parts, status, message in REFUSED:
        answer = await bring(client, admin, *parts)
        assert answer.status_code == status, answer.text
        assert answer.json()["message"] == message
        assert kept(settings) == []


async def test_a_body_of_unknown_length_is_bounded_too(
    client: AsyncClient, admin: dict[str, str], settings: Settings
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        for _ in range(1_000):
            sent += 1
            yield bytes(1_000)

    headers = {**admin, "content-type": "multipart/form-data; boundary=b"}
    answer = await client.post(PATH, headers=headers, content=endless())
    assert (answer.status_code, answer.json()["type"]) == (413, "payload_too_large")
    assert sent < 100
    assert kept(settings) == []


NO_FORMS = (
    ("application/json", b"{}"),
    ("multipart/form-data", b"--b\r\n"),
    ("multipart/form-data; boundary=b", b"nonsense"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; filename="x"\r\n\r\na\r\n--b--'),
    ("multipart/form-data; boundary=b; charset=\xff", b"--b--"),
    ("text/plain", b"hello"),
)


async def test_what_is_no_form(client: AsyncClient, admin: dict[str, str]) -> None:
    for content_type, body in NO_FORMS:
        headers: dict[str, Any] = {**admin, "content-type": content_type.encode("latin-1")}
        answer = await client.post(PATH, headers=headers, content=body)
        assert (answer.status_code, answer.json()["type"]) == (400, "invalid_data")


async def test_nobody_else_uploads(client: AsyncClient, customer: dict[str, str], settings: Settings) -> None:
    for headers in ({}, customer):
        assert (await bring(client, headers, part("a.txt", b"a"))).status_code == 401
        assert (await client.delete(f"{PATH}/a.txt", headers=headers)).status_code == 401
    assert kept(settings) == []


async def test_ids_that_are_none(client: AsyncClient, admin: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    for id_ in ("%2e%2e%2fsecret.txt", "..%5csecret.txt", ".part-x", "a", "%00.txt", "x" * 300 + ".txt"):
        assert (await client.get(f"{PATH}/{id_}", headers=admin)).status_code == 404, id_
        await client.delete(f"{PATH}/{id_}", headers=admin)
    assert (tmp_path / "secret.txt").read_text() == "x"


async def test_a_key_keeps_a_file_once(client: AsyncClient, admin: dict[str, str], settings: Settings) -> None:
    keyed = {**admin, "idempotency-key": "k1"}
    answers = await asyncio.gather(*(bring(client, keyed, part("a.txt", b"a")) for _ in range(3)))
    answers.append(await bring(client, keyed, part("a.txt", b"a")))
    assert len({answer.text for answer in answers}) == 1
    assert len(kept(settings)) == 1
    for other in (part("a.txt", b"b"), part("b.txt", b"a"), part("a.txt", b"a", "text/csv")):
        assert (await bring(client, keyed, other)).status_code == 422
    asked = {"originalname": "a.csv", "mime_type": "text/csv", "size": 10}
    told = [await client.post(f"{PATH}/presigned-urls", headers=keyed, json=asked) for _ in range(2)]
    assert told[0].json() == told[1].json()


IMPOSSIBLE: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"size": 30_001}, 413, "a.csv is larger than 30000 bytes."),
    ({"size": -1}, 400, "Invalid request: Value for field 'size' too small, expected at least: '0'"),
    ({"access": "all"}, 400, "Invalid request: Expected: 'public, private' for field 'access', but got: 'all'"),
    ({"foo": 1}, 400, "Invalid request: Unrecognized fields: 'foo'"),
    ({"mime_type": None}, 400, "Invalid request: Expected type: 'string' for field 'mime_type', got: 'null'"),
)


async def test_what_cannot_be_promised(client: AsyncClient, admin: dict[str, str]) -> None:
    for body, status, message in IMPOSSIBLE:
        asked = {"originalname": "a.csv", "mime_type": "text/csv", "size": 10, **body}
        answer = await client.post(f"{PATH}/presigned-urls", headers=admin, json=asked)
        assert (answer.status_code, answer.json()["message"]) == (status, message)


async def test_a_promised_name_is_ours(client: AsyncClient, admin: dict[str, str]) -> None:
    asked = {"originalname": "../evil.HTML", "mime_type": "text/html", "size": 10, "access": "private"}
    told = (await client.post(f"{PATH}/presigned-urls", headers=admin, json=asked)).json()
    assert told.pop("filename").endswith(".bin")
    assert told == {
        "url": "/admin/uploads",
        "mime_type": "text/html",
        "size": 10,
        "extension": "bin",
        "originalname": "../evil.HTML",
    }
