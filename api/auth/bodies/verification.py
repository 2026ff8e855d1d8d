"""Bodies of `/auth/verification`."""

from __future__ import annotations

from api.body import Body, CardlessRecord
from commerce.auth.verifications import TOKEN


class AuthRequestVerification(Body):
    """What is to be proven to be the caller's own."""

    entity_id: str
    entity_type: str
    code_provider: str = TOKEN
    metadata: CardlessRecord = {}


class AuthConfirmVerification(Body):
    """The proof."""

    code: str
    code_provider: str = TOKEN
