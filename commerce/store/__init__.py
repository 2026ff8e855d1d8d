"""The one store and the currencies it sells in."""
