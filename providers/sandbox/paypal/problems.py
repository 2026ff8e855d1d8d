"""PayPal's refusals, each in the words of its own description of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

MESSAGES: Final = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication credentials.",
    ),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable."),
}
_APPROVE: Final = (
    "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned "
    "as part of the HATEOAS links within the Create Order call"
)
_OTHER_INTENT: Final = (
    "Order was created with an intent to 'CAPTURE'. Please use v2/checkout/orders/order_id/capture to complete the "
    "transaction or alternately Create an order with an intent of 'AUTHORIZE'."
)
_IN_PROGRESS: Final = (
    "A previous request on this resource is currently in progress. Please wait for sometime and try again. It is best "
    "to space out the initial and the subsequent request(s) to avoid receiving this error."
)
_TOO_MUCH: Final = (
    "Capture amount exceeds allowable limit. Please contact customer service or your account manager to request the "
    "change to your overage limit. The default overage limit is 115%, which allows the sum of all captures to be up to "
    "115% of the order amount. The ability to over capture is subjected to regulatory approvals."
)
_ONE_RENEWAL: Final = (
    "A reauthorize cannot be attempted on an authorization_id that is the result of a prior reauthorization or on an "
    "authorization made on an Order saved using the `v2/orders/id/save` API."
)
_PENDING: Final = (
    "Cannot initiate a refund as the capture is pending. Capture is typically pending when the payer has funded the "
    "transaction using e-check/bank funded."
)
_DISPUTED: Final = (
    "Partial refunds cannot be offered at this time because there is an open case on this transaction. Visit the "
    "PayPal Resolution Center to review this case."
)
_POOR: Final = (
    "Capture could not be refunded due to insufficient funds. Please check to see if you have sufficient funds in your "
    "PayPal account or if the bank account linked to your PayPal account is verified and has sufficient funds."
)
_DUPLICATE: Final = (
    "Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that "
    "Invoice Id be unique for each transaction."
)
_NO_KEY: Final = (
    "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a "
    "PayPal-Request-Id or Create the Order without a 'payment_source' specified."
)
_UNDIVIDED: Final = (
    "Currency does not support decimals. Please refer to "
    "https://developer.paypal.com/docs/api/reference/currency-codes/ for more information."
)
_NO_FUNDS: Final = (
    "Payer cannot pay for this transaction. Please contact the payer to find other ways to pay for this transaction."
)
_CODES: Final = "is invalid or is not currently supported. Please refer https://developer.paypal.com"
_ISSUES: Final[dict[str, tuple[int, str]]] = {
    "MALFORMED_REQUEST_JSON": (400, "The request JSON is not well formed."),
    "MISSING_REQUIRED_PARAMETER": (400, "A required parameter is missing."),
    "INVALID_PARAMETER_VALUE": (400, "A parameter value is not valid."),
    "PAYPAL_REQUEST_ID_REQUIRED": (400, _NO_KEY),
    "PERMISSION_DENIED": (403, "You do not have permission to access or perform operations on this resource."),
    "INVALID_RESOURCE_ID": (
        404,
        "Specified resource ID does not exist. Please check the resource ID and try again.",
    ),
    "PREVIOUS_REQUEST_IN_PROGRESS": (409, _IN_PROGRESS),
    "DUPLICATE_REQUEST_ID": (422, "The value of PayPal-Request-Id header has already been used for another request."),
    "ORDER_NOT_APPROVED authorize": (422, f"{_APPROVE}."),
    "ORDER_NOT_APPROVED capture": (422, f"{_APPROVE} or provide a valid `payment_source` in the request."),
    "ORDER_ALREADY_AUTHORIZED": (
        422,
        "Order already authorized.If 'intent=AUTHORIZE' only one authorization per order is allowed.",
    ),
    "ORDER_ALREADY_CAPTURED": (
        422,
        "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
    ),
    "ORDER_ALREADY_COMPLETED": (422, "The order cannot be patched after it is completed."),
    "ACTION_DOES_NOT_MATCH_INTENT": (422, _OTHER_INTENT),
    "INSTRUMENT_DECLINED": (
        422,
        "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
    ),
    "DUPLICATE_INVOICE_ID order": (422, _DUPLICATE),
    "DUPLICATE_INVOICE_ID capture": (
        422,
        "Requested invoice_id has been previously captured. Possible duplicate transaction.",
    ),
    "DUPLICATE_INVOICE_ID refund": (422, "Invoice ID was previously used to refund a capture."),
    "NOT_PATCHABLE": (422, "Cannot be patched."),
    "REFERENCE_ID_NOT_FOUND": (
        422,
        "Filter expression value is incorrect. Please check the value of the reference_id and try again.",
    ),
    "DECIMAL_PRECISION": (422, "If the currency supports decimals, only two decimal place precision is supported."),
    "DECIMALS_NOT_SUPPORTED": (422, _UNDIVIDED),
    "CANNOT_BE_ZERO_OR_NEGATIVE": (
        422,
        "Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.",
    ),
    "INVALID_CURRENCY_CODE order": (
        422,
        f"Currency code {_CODES}/api/rest/reference/currency-codes/ for list of supported currency codes.",
    ),
    "INVALID_CURRENCY_CODE": (
        422,
        f"Currency code {_CODES}/docs/api/reference/currency-codes/ for list of supported currency codes.",
    ),
    "AUTHORIZATION_VOIDED": (422, "A voided authorization cannot be captured or reauthorized. "),
    "AUTHORIZATION_DENIED": (422, "An denied authorization cannot be captured."),
    "AUTHORIZATION_ALREADY_CAPTURED": (422, "Authorization has previously been captured."),
    "MAX_CAPTURE_AMOUNT_EXCEEDED": (422, _TOO_MUCH),
    "AUTH_CAPTURE_CURRENCY_MISMATCH": (422, "Currency of capture must be the same as currency of authorization."),
    "TRANSACTION_REFUSED": (422, "PayPal's internal controls prevent authorization from being captured."),
    "PAYER_CANNOT_PAY": (422, _NO_FUNDS),
    "REAUTHORIZATION_NOT_SUPPORTED": (422, _ONE_RENEWAL),
    "PREVIOUSLY_CAPTURED": (422, "Authorization has been previously captured and hence cannot be voided."),
    "PREVIOUSLY_VOIDED": (422, "Authorization has been previously voided and hence cannot be voided again."),
    "CANNOT_BE_VOIDED": (422, "A reauthorization cannot be voided. Please void the original parent authorization."),
    "CAPTURE_FULLY_REFUNDED": (422, "The capture has already been fully refunded"),
    "REFUND_AMOUNT_EXCEEDED": (
        422,
        "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
    ),
    "REFUND_CAPTURE_CURRENCY_MISMATCH": (422, "Refund must be in the same currency as the capture"),
    "REFUND_NOT_ALLOWED": (422, "Capture cannot be refunded."),
    "REFUND_FAILED_INSUFFICIENT_FUNDS": (422, _POOR),
    "PENDING_CAPTURE": (422, _PENDING),
    "TRANSACTION_DISPUTED": (422, _DISPUTED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status and body of an answer."""

    status: int
    body: dict[str, Any]


class NotPossible(Exception):  # noqa: N818 - it is an answer, not a fault
    """A refusal; `issue` may say for which call, where PayPal's sentence depends on that."""

    def __init__(self, issue: str) -> None:
        super().__init__(issue)
        self.issue = issue

    def as_reply(self) -> Reply:
        """Return the answer."""
        status, description = _ISSUES[self.issue]
        return problem(status, self.issue.partition(" ")[0], description)


def problem(status: int, issue: str = "", description: str = "") -> Reply:
    """Return an answer in PayPal's envelope."""
    name, message = MESSAGES[status]
    body: dict[str, Any] = {"name": name, "message": message, "debug_id": "f8d3a1b2c4e5f"}
    if issue:
        body["details"] = [{"issue": issue, "description": description}]
    return Reply(status=status, body=body)
