"""The built-in fulfilment provider: somebody packs and sends by hand."""
