"""Bodies of `/admin/uploads`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.body import Body, Number


class AdminUploadPreSignedUrl(Body):
    """A file that a client is about to bring."""

    originalname: str
    mime_type: str
    size: Annotated[Number, Field(ge=0)]
    access: Literal["public", "private"] = "public"
