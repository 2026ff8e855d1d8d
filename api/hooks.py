"""`/hooks/payment`: what payment providers tell us, believed only when they signed it."""

from __future__ import annotations

from typing import Final

import structlog
from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from api.routing import Router
from api.state import state_of
from commerce.payment.events import BadSignature, Delivery, ProviderEvent
from commerce.payment.port import ProviderError
from kit.errors import invalid_data, unavailable
from kit.metrics import WEBHOOKS
from operations.receive_event import Received

log = structlog.get_logger(__name__)

RETRY_AFTER: Final = 30

router = Router("/hooks/payment")


@router.post("/{provider}")
async def receive(request: Request, provider: str) -> Response:
    """Store an event of `pp_<provider>`, once; what follows from it is done after the answer.

    As the peer, `OK` for a provider that is not here. Another than the peer: 400 for what the provider did not sign.
    """
    event, provider_id = await _verified(request, provider), f"pp_{provider}"
    if event is not None:
        await state_of(request).inbox.store(Received(provider_id, event, await request.body()))
        _count(provider_id, "stored")
    return PlainTextResponse("OK")


async def _verified(request: Request, provider: str) -> ProviderEvent | None:
    found = state_of(request).payment_providers.get(f"pp_{provider}")
    if found is None or found.events is None:
        return None
    headers = {name.lower(): text for name, text in request.headers.items()}
    try:
        return await found.events.verify(Delivery(body=await request.body(), headers=headers))
    except BadSignature as error:
        _count(found.id, "refused")
        log.warning("webhook refused", provider=found.id, reason=str(error))
        raise invalid_data("The webhook is not signed by the payment provider.") from error
    except ProviderError as error:
        _count(found.id, "unverified")
        log.warning("webhook not verified", provider=found.id, reason=error.message)
        raise unavailable("The webhook cannot be verified at the moment. Deliver it again.", RETRY_AFTER) from error


def _count(provider_id: str, outcome: str) -> None:
    WEBHOOKS.add(1, {"provider": provider_id, "outcome": outcome})
