"""Files in a folder: wholly there or not at all."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from kit.errors import CommerceError
from providers.local_files.files import LocalFiles


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path / "files", "http://localhost:9000/static")


class Torn(io.BytesIO):
    """Bytes that cannot be read to their end."""

    def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002 - a file's method
        raise OSError(28, "No space left on device")


async def test_a_file_is_kept_found_and_deleted(files: LocalFiles, tmp_path: Path) -> None:
    content: BinaryIO = io.BytesIO(b"hello")
    content.read()
    url = await files.upload("id-a.txt", content)
    assert url == "http://localhost:9000/static/id-a.txt" == await files.presigned_download("id-a.txt")
    kept = tmp_path / "files" / "id-a.txt"
    assert (kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)) == (b"hello", 0o644)
    await files.upload("id-a.txt", io.BytesIO(b"again"))
    assert kept.read_bytes() == b"again"
    for _ in range(2):
        await files.delete("id-a.txt")
        assert await files.presigned_download("id-a.txt") is None
    assert await files.presigned_upload("id-b.txt") == "/admin/uploads"


async def test_half_a_file_is_none(files: LocalFiles, tmp_path: Path) -> None:
    with pytest.raises(CommerceError, match="does not work now") as caught:
        await files.upload("id-a.txt", Torn())
    assert (caught.value.type, caught.value.retry_after) == ("unavailable", 30)
    assert list((tmp_path / "files").iterdir()) == []


async def test_bytes_and_name_reach_the_disk(files: LocalFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def remember(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", remember)
    await files.upload("id-a.txt", io.BytesIO(b"x"))
    assert synced == ["file", "folder"]


@pytest.mark.parametrize("name", ["../secret.txt", "a/b.txt", ".part-x", "/etc/passwd", "secret"])
async def test_no_name_leads_out_of_the_folder(files: LocalFiles, tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    with pytest.raises(ValueError, match="is no name of a file"):
        await files.upload(name, io.BytesIO(b"x"))
    assert await files.presigned_download(name) is None
    await files.delete(name)
    assert secret.read_text() == "x"
