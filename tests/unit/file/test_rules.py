"""Names of kept files, and what they are served as."""

from __future__ import annotations

import pytest

from commerce.file.rules import extension_of, is_name, served_as, stored_name
from kit.errors import CommerceError

PNG, JPEG, GIF = b"\x89PNG\r\n\x1a\n________", b"\xff\xd8\xff\xe0____________", b"GIF89a__________"
WEBP, AVIF = b"RIFF\x10\0\0\0WEBPVP8 ", b"\0\0\0\x20ftypavif\0\0\0\0"


@pytest.mark.parametrize(
    ("original", "mime_type", "head", "stored"),
    [
        ("pic.txt", "text/plain", b"hello", "ID-pic.txt"),
        ("imp.csv", "text/csv", b"a,b", "ID-imp.csv"),
        ("mug.png", "image/png", PNG, "ID-mug.png"),
        ("mug.png", "image/png", JPEG, "ID-mug.jpg"),
        ("mug.JPEG", "", JPEG, "ID-mug.jpg"),
        ("mug", "image/webp", WEBP, "ID-mug.webp"),
        ("a.b c.gif", "image/gif", GIF, "ID-a-b-c.gif"),
        ("ö.avif", "image/avif", AVIF, "ID-file.avif"),
        ("page.html", "text/html", b"<script>", "ID-page.bin"),
        ("page.png.html", "text/html", PNG, "ID-page-png.bin"),
        ("evil.php", "application/x-php", b"<?php", "ID-evil.bin"),
        ("evil.svg.txt", "text/plain", b"<svg", "ID-evil-svg.txt"),
        ("../../etc/passwd", "", b"", "ID-passwd.bin"),
        ("..\\..\\boot.ini", "", b"", "ID-boot.bin"),
        (".htaccess", "", b"", "ID-htaccess.bin"),
        ("", "", b"", "ID-file.bin"),
        ("x" * 500 + ".pdf", "", b"%PDF", f"ID-{'x' * 80}.pdf"),
    ],
)
def test_a_name_is_ours(original: str, mime_type: str, head: bytes, stored: str) -> None:
    assert stored_name("ID", original, mime_type, head) == stored
    assert is_name(stored)


@pytest.mark.parametrize(
    ("original", "mime_type", "head"),
    [
        ("mug.png", "image/png", b"<html><script>"),
        ("logo.svg", "image/svg+xml", b"<svg onload=x>"),
        ("logo", "image/svg+xml", b"<svg>"),
        ("mug.txt", "IMAGE/PNG", b"hello"),
        ("mug.webp", "", b"RIFF\x10\0\0\0WAVEfmt "),
        ("mug.png", "", b""),
    ],
)
def test_what_calls_itself_an_image_is_one(original: str, mime_type: str, head: bytes) -> None:
    with pytest.raises(CommerceError, match="is not an image of a kind that is served"):
        stored_name("ID", original, mime_type, head)


@pytest.mark.parametrize(
    "text", ["", ".part-x", "..", "a/b.png", "a\\b.png", "a", "a..png", "-a.png", "a.PNG", "a\0.png"]
)
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)


def test_only_images_are_shown() -> None:
    assert served_as("a.png") == ("image/png", True)
    assert served_as("a.csv") == ("text/csv; charset=utf-8", False)
    for name in ("a.svg", "a.html", "a.xhtml", "a.js", "a.bin"):
        assert served_as(name) == ("application/octet-stream", False)
    assert [extension_of(name) for name in ("a.CSV", "a.jpeg", "a.html", "a")] == ["csv", "jpg", "bin", "bin"]
