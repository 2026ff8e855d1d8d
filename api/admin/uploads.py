"""`/admin/uploads`."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response

from api.admin.bodies.uploads import AdminUploadPreSignedUrl
from api.admin.uploading import find, keep, promise, remove, shown_file
from api.deps import json_answer, start
from api.forms import fingerprint, form_files
from api.routing import Router
from api.state import state_of
from kit.ids import new_ulid

FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    "required": ["files"],
                }
            }
        },
    }
}

router = Router("/admin/uploads")


@router.post("", openapi_extra=FORM)
async def create(request: Request) -> Response:
    """Keep the files that a form brings."""
    state, show = state_of(request), shown_file(request)
    async with form_files(request, "files", state.settings.max_file_bytes) as files:
        return await start(
            request, new_ulid(), lambda ulid: keep(state.files, ulid, files, show), body=lambda: fingerprint(files)
        )


@router.post("/presigned-urls")
async def presign(request: Request, body: AdminUploadPreSignedUrl) -> Response:
    """Say where a client may bring a file itself."""
    state = state_of(request)
    return await start(
        request, new_ulid(), lambda ulid: promise(state.files, ulid, body, state.settings.max_file_bytes)
    )


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a file's address."""
    return json_answer(await find(state_of(request).files, id, shown_file(request)))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a file."""
    return await start(request, id, lambda _id: remove(state_of(request).files, id))
