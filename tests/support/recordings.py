"""The recorded answers, held against ours by the contract's own judge."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from httpx2 import AsyncClient

from tests.support.recorded_shop import CONTRACT, RecordedShop


def _judge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contract_judge", CONTRACT / "judge.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


judge = _judge()


@dataclass(frozen=True)
class Recording:
    """One recorded request and its answer."""

    name: str
    method: str
    path: str
    body: Any
    status: int
    answer: Any
    auth: str
    headers: Mapping[str, str]
    answer_headers: Mapping[str, str]


def recordings(resource: str) -> Iterator[Recording]:
    """Yield the entries of one file of the contract, in order."""
    for entry in json.loads((CONTRACT / "examples" / f"{resource}.json").read_text())["entries"]:
        request, response = entry["request"], entry["response"]
        yield Recording(
            name=entry["name"],
            method=request["method"],
            path=request["path"],
            body=request.get("body"),
            status=response["status"],
            answer=response["body"],
            auth=request["auth"],
            headers=request.get("headers", {}),
            answer_headers=response.get("headers", {}),
        )


class Comparison:
    """Compares answers of the recorded shop with the recordings; ids are learned as answers are seen."""

    def __init__(self, shop: RecordedShop, *, rounding: str = "exact") -> None:
        self._ids = judge.Ids()
        for recorded, ours in shop.pairs():
            assert self._ids.bind(recorded, ours)
        self._judge = judge.Judge(self._ids, rounding=rounding, shared=False)

    def translate(self, text: str) -> str:
        """Put our ids in the place of the recorded ones."""
        translated: str = self._ids.translate(text)
        return translated

    def learn(self, path: str, ours: str) -> None:
        """Say what the cart that a recorded query string names is called here."""
        found = re.search(r"cart_id=(\w+)", path)
        if found is not None:
            assert self._ids.bind(found[1], ours)

    def deviations(self, recording: Recording, answer: Any) -> list[tuple[str, object, object]]:  # noqa: ANN401 - JSON
        """Return where `answer` differs; `order` in the path fixes the order of a page's rows."""
        found: list[tuple[str, object, object]] = self._judge.answer(
            recording.answer, answer, "order=" in recording.path
        )
        return found


async def differences(
    client: AsyncClient, recording: Recording, comparison: Comparison, headers: Mapping[str, str]
) -> list[tuple[str, object, object]]:
    """Send the recorded request to our API and return where its answer differs."""
    answer = await client.request(
        recording.method,
        comparison.translate(recording.path),
        headers=headers,
        json=None if recording.body is None else json.loads(comparison.translate(json.dumps(recording.body))),
    )
    if answer.status_code != recording.status:
        return [("status", recording.status, answer.text)]
    return comparison.deviations(recording, answer.json())
