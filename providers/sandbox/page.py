"""The frame of the stand-ins' pages: no script, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from typing import Final

_STYLE: Final = """<style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}
form{display:inline}button{font:inherit;padding:.3rem .8rem;margin:.1rem}input{font:inherit;width:6rem}
select{font:inherit}table{border-collapse:collapse;width:100%}
td{border-top:1px solid #ccc;padding:.4rem;vertical-align:top}
small{color:#666}[role=alert]{background:#fee;padding:.5rem 1rem}</style>"""


def page(title: str, body: str) -> str:
    """Return a whole page; `body` is HTML, `title` is text."""
    name = escape(title)
    view = '<meta name="viewport" content="width=device-width">'
    return f'<!doctype html><html lang="en"><title>{name}</title>{view}{_STYLE}<h1>{name}</h1>{body}</html>'
