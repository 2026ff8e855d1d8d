"""A body that is nested deeper than anybody means is a 400, however deep."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from api.body import DEEPEST


@pytest.mark.parametrize("depth", [50, 190, 250, 450, 700, 900, 3000])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")])
async def test_a_deep_body_is_kept_or_refused(
    client: AsyncClient, store: dict[str, str], depth: int, pair: tuple[str, str]
) -> None:
    nested = f"{pair[0] * depth}1{pair[1] * depth}"
    headers = {**store, "content-type": "application/json"}
    for path in ("/store/carts", "/store/payment-collections/pay_col_1/payment-sessions"):
        field = '"metadata"' if path == "/store/carts" else '"provider_id": "pp_system_default", "data"'
        answer = await client.post(path, headers=headers, content=f'{{{field}: {{"deep": {nested}}}}}'.encode())
        assert answer.status_code in {200, 400, 404}, (depth, path, answer.text)
        assert ("too deeply" in answer.text) is (depth >= DEEPEST), (depth, path, answer.text)
