"""Which files are taken, under which names, and as what they are served; pure.

A file's bytes and name are a stranger's. Its stored name is ours: an id, a tame form of the name, and an extension of
the lists below, so that no web server over the same folder ever takes it for a page or a script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kit.errors import invalid_data

IMAGES: Final[Mapping[str, str]] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
}
DOWNLOADS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
UNKNOWN: Final = "bin"
OCTETS: Final = "application/octet-stream"
CALLED_IMAGES: Final = frozenset({*IMAGES, "jpeg", "svg", "bmp", "heic", "ico", "tif", "tiff"})
HEAD: Final = 16  # bytes that tell what an image is
LONGEST_STEM: Final = 80
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.[a-z0-9]{1,8}")
LONGEST_NAME: Final = 200
NO_IMAGE: Final = "is not an image of a kind that is served: PNG, JPEG, GIF, WebP or AVIF."


def stored_name(id_: str, original: str, mime_type: str, head: bytes) -> str:
    """Return the name to keep an upload under; `head` is its first bytes.

    What an image is called does not matter: its content says what it is. Errors: `invalid_data` for what calls itself
    an image and is none that is served; an SVG is none, since it can hold script.
    """
    stem, extension = _parts(original)
    if extension in CALLED_IMAGES or mime_type.lower().startswith("image/"):
        found = _image(head)
        if found is None:
            raise invalid_data(f"{original[:LONGEST_STEM]} {NO_IMAGE}")
        extension = found
    return f"{id_}-{stem}.{extension if extension in IMAGES or extension in DOWNLOADS else UNKNOWN}"


def extension_of(original: str) -> str:
    """Return the extension under which a file of this name is kept, its content not being known yet."""
    extension = _parts(original)[1].replace("jpeg", "jpg")
    return extension if extension in IMAGES or extension in DOWNLOADS else UNKNOWN


def is_name(text: str) -> bool:
    """Tell whether `text` may be the name of a kept file: one part, no way out of its folder, nothing hidden."""
    return len(text) <= LONGEST_NAME and NAME.fullmatch(text) is not None


def served_as(name: str) -> tuple[str, bool]:
    """Return the content type of a kept file, and whether a browser may show it rather than save it."""
    extension = name.rpartition(".")[2]
    return IMAGES.get(extension) or DOWNLOADS.get(extension, OCTETS), extension in IMAGES


def _parts(original: str) -> tuple[str, str]:
    """Return a tame stem, and the extension as it was written."""
    stem, _, extension = re.split(r"[/\\]", original)[-1].rpartition(".")
    if not stem:
        stem, extension = extension, ""
    tame = re.sub(r"[^A-Za-z0-9_]+", "-", stem)[:LONGEST_STEM].strip("-")
    return tame or "file", extension.lower()


def _image(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    return "avif" if head[4:12] in {b"ftypavif", b"ftypavis"} else None
