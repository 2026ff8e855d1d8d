"""The API's own description: OpenAPI, and a page to try it that loads nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from api.openapi.document import describe

ASSETS: Final = "/docs/assets"


def serve_docs(app: FastAPI) -> None:
    """Serve `/docs`; the page's script and style come from a package, since nothing is loaded at run time."""
    app.mount(ASSETS, StaticFiles(directory=Path(str(files("fastapi_offline"))) / "static"))

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    async def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Euryale's API",
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS}/favicon.png",
            swagger_ui_parameters={"validatorUrl": None, "persistAuthorization": True},
        )

    app.openapi = description  # type: ignore[method-assign]  # FastAPI's own way to change the description

    async def front() -> RedirectResponse:
        return RedirectResponse("/docs")

    app.add_api_route("/docs", page, include_in_schema=False)
    app.add_api_route("/", front, include_in_schema=False)  # who opens the address that `euryale dev` prints
