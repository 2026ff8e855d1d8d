"""`/static`: nothing that is served there can be a page or a script."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from kit.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Return settings with a folder of files, some of which we would never have kept."""
    folder = tmp_path / "files"
    (folder / "below").mkdir(parents=True)
    (folder / "mug.png").write_bytes(PNG)
    for name in ("a.svg", "a.html", "a.js", "a.csv", "a.txt", ".part-x", "below/a.txt", "noname"):
        (folder / name).write_text("<script>alert(1)</script>")
    (tmp_path / "secret.txt").write_text("x")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return settings.model_copy(update={"files_dir": folder})


async def test_an_image_is_shown(client: AsyncClient) -> None:
    answer = await client.get("/static/mug.png")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in answer.headers
    again = await client.get("/static/mug.png", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = await client.get("/static/mug.png", headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, PNG[:4])


TYPES = {
    "a.svg": "application/octet-stream",
    "a.html": "application/octet-stream",
    "a.js": "application/octet-stream",
    "a.csv": "text/csv; charset=utf-8",
    "a.txt": "text/plain; charset=utf-8",
}
HIDDEN = (
    *("none.png", "", ".part-x", "noname", "below", "below/a.txt", "below%2fa.txt", "link.txt"),
    *("../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "%2e%2e%5csecret.txt", "a%00.png", "x" * 4000),
)


async def test_everything_else_is_saved_not_shown(client: AsyncClient) -> None:
    for (name, content_type), headers in product(TYPES.items(), ({}, {"range": "bytes=0-2"})):
        answer = await client.get(f"/static/{name}", headers=headers)
        assert answer.headers["content-type"] == content_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == "attachment"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_what_is_not_served(client: AsyncClient) -> None:
    for path in HIDDEN:
        answer = await client.get(f"/static/{path}")
        assert answer.status_code == 404
        assert "<script>alert" not in answer.text
    assert (await client.post("/static/mug.png")).status_code == 404


async def test_a_shop_without_files(client: AsyncClient, settings: Settings) -> None:
    for path in sorted(settings.files_dir.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    settings.files_dir.rmdir()
    assert (await client.get("/static/mug.png")).status_code == 404
