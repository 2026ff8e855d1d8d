"""The checkout that a newcomer pastes into a shell: curl, grep and nothing else."""

from __future__ import annotations

from typing import Final

# No comments and no `set -e` in it: it is pasted into whatever interactive shell, zsh included.
SCRIPT: Final = """\
API='{api_url}'; KEY='{publishable_key}'
get()  {{ curl -sS -H "x-publishable-api-key: $KEY" "$API/store/$1"; }}
post() {{ curl -sS -H "x-publishable-api-key: $KEY" -H 'content-type: application/json' -d "$2" "$API/store/$1"; }}
first() {{ grep -o "${{1}}_[0-9A-Z]\\{{26\\}}" | head -n 1; }}
VARIANT=$(get 'products?limit=1&fields=id,variants.id' | first variant)
ADDRESS='"first_name": "Ada", "last_name": "Lovelace", "address_1": "1 Main Street", "city": "Springfield"'
ADDRESS="$ADDRESS, \\"postal_code\\": \\"12345\\", \\"country_code\\": \\"{country}\\""
CART=$(post carts "{{\\"region_id\\": \\"{region_id}\\", \\"email\\": \\"ada@example.com\\", \
\\"shipping_address\\": {{$ADDRESS}}}}" | first cart)
post "carts/$CART/line-items" "{{\\"variant_id\\": \\"$VARIANT\\", \\"quantity\\": 2}}" > /dev/null
OPTION=$(get "shipping-options?cart_id=$CART" | first so)
post "carts/$CART/shipping-methods" "{{\\"option_id\\": \\"$OPTION\\"}}" > /dev/null
COLLECTION=$(post payment-collections "{{\\"cart_id\\": \\"$CART\\"}}" | first pay_col)
post "payment-collections/$COLLECTION/payment-sessions" '{{"provider_id": "pp_system_default"}}' > /dev/null
post "carts/$CART/complete" '{{}}'; echo
"""


def checkout_script(api_url: str, publishable_key: str, region_id: str, country: str) -> str:
    """Return the script for one shop; it prints the order."""
    return SCRIPT.format(api_url=api_url, publishable_key=publishable_key, region_id=region_id, country=country)
