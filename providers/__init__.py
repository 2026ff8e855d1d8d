"""Payment, fulfilment and tax providers, one package a vendor."""
