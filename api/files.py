"""`/static`: the kept files, none of which a browser may take for a page or a script."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from commerce.file.rules import is_name, served_as

INERT: Final = "default-src 'none'; sandbox"


class KeptFiles(StaticFiles):
    """The files of one flat folder, each as what commerce/file/rules.py serves its name as."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)

    async def check_config(self) -> None:
        """Let a shop without files have no folder: what is asked for is not there, and that is all."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return the file of that name; half-written ones and folders have no name that is served."""
        return super().lookup_path(path) if is_name(path) else ("", None)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with the type that the name has in our list, whatever the bytes or the machine's own list say."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        content_type, is_shown = served_as(Path(full_path).name)
        response.headers["x-content-type-options"] = "nosniff"
        if isinstance(response, FileResponse):
            response.headers["content-type"] = response.media_type = content_type
        if not is_shown:
            response.headers["content-disposition"] = "attachment"
            response.headers["content-security-policy"] = INERT
        return response
