"""What `/admin/uploads` does with files: names, keeping, and the two keys of an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import Request

from api.admin.bodies.uploads import AdminUploadPreSignedUrl
from api.deps import json_text
from api.forms import FormFile
from commerce.file.port import FileProvider
from commerce.file.rules import extension_of, stored_name
from kit.errors import CommerceError, invalid_data, not_found
from kit.query import read_one
from queries.file import FILE

Shown = Callable[[str, str], dict[str, str]]


def shown_file(request: Request) -> Shown:
    """Return what makes a file's answer of its name and address, with the `fields` asked for."""
    selection = read_one(FILE, request.query_params.multi_items()).selection

    def show(name: str, url: str) -> dict[str, str]:
        every = {"id": name, "url": url}
        return {key: value for key, value in every.items() if selection.star or key in selection.names}

    return show


async def keep(provider: FileProvider, id_: str, files: Sequence[FormFile], show: Shown) -> str:
    """Keep the files under names made of `id_`, all or none, and return the answer.

    Asked again with the same id and files it leaves the same files. Errors: `invalid_data` when there are none, or one
    is not what it calls itself; `unavailable`.
    """
    if not files:
        raise invalid_data("No files were uploaded")
    ids = [id_, *(f"{id_}-{number}" for number in range(1, len(files)))]
    names = [stored_name(each, f.name, f.mime_type, f.head) for each, f in zip(ids, files, strict=True)]
    try:
        urls = [await provider.upload(name, file.content) for name, file in zip(names, files, strict=True)]
    except BaseException:
        for name in names:
            await provider.delete(name)
        raise
    return json_text({"files": [show(name, url) for name, url in zip(names, urls, strict=True)]})


async def find(provider: FileProvider, name: str, show: Shown) -> str:
    """Return the answer about one file. Errors: `not_found`."""
    url = await provider.presigned_download(name)
    if url is None:
        raise not_found(f"File with key {name} not found")
    return json_text({"file": show(name, url)})


async def promise(provider: FileProvider, id_: str, body: AdminUploadPreSignedUrl, largest: int) -> str:
    """Return where a client may bring a file, and the name it will have there. Errors: `payload_too_large`."""
    if body.size > largest:
        raise CommerceError("payload_too_large", f"{body.originalname} is larger than {largest} bytes.")
    extension = extension_of(body.originalname)
    name = f"{id_}.{extension}"
    told = {"mime_type": body.mime_type, "size": int(body.size), "extension": extension}
    url = await provider.presigned_upload(name)
    return json_text({"url": url, "filename": name, **told, "originalname": body.originalname})


async def remove(provider: FileProvider, name: str) -> str:
    """Delete a file and return the answer, also when it was gone already (contract section 1)."""
    await provider.delete(name)
    return json_text({"id": name, "object": "file", "deleted": True})
