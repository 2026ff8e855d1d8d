"""`python -m euryale.cli`: how `euryale dev` starts its own parts."""

from euryale.cli.main import app

app()
