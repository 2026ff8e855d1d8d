"""The `euryale` command; each command imports what it needs, so that `--help` need not wait for SQLAlchemy."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

app = typer.Typer(
    help="Euryale, a headless commerce engine. `euryale dev` runs the whole shop on this machine.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,  # a bug's traceback is for its finder, in full
    context_settings={"help_option_names": ["-h", "--help"]},
)

user = typer.Typer(help="The people who run the shop.", no_args_is_help=True)
app.add_typer(user, name="user")

_EXIT_PROBLEM = 1


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a person can act on into one sentence on stderr and exit code 1."""
    from euryale.embedded.child import StartError
    from kit.errors import CommerceError

    try:
        yield
    except PermissionError as error:
        sentence = f"{error.filename} belongs to another account: give it to yours, or choose another --data-dir."
        _fail(sentence, error)
    except (StartError, CommerceError) as error:
        _fail(str(error), error)


def _fail(sentence: str, error: Exception) -> NoReturn:
    Console(stderr=True, highlight=False).print(f"[red]{escape(sentence)}[/]", soft_wrap=True)
    raise typer.Exit(_EXIT_PROBLEM) from error


DataDir = Annotated[Path, typer.Option(help="The data folder of `euryale dev`; used when DATABASE_URL is not set.")]


@app.command()
def dev(
    *,
    port: Annotated[
        int,
        typer.Option(min=0, max=65530, envvar="EURYALE_API_PORT", help="The API's port; others follow it. 0: any."),
    ] = 9000,
    data_dir: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".euryale"),
    reset: Annotated[bool, typer.Option("--reset", help="Delete the data folder first: a new shop.")] = False,
    no_seed: Annotated[bool, typer.Option("--no-seed", help="No demo shop: a bare store, channel and key.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing but problems.")] = False,
    cruel: Annotated[bool, typer.Option("--cruel", help="Offer the sandbox payment provider that misbehaves.")] = False,
    fake_payments: Annotated[
        bool, typer.Option("--fake-payments", help="Offer Stripe and PayPal, played by stand-ins on this machine.")
    ] = False,
    recording: Annotated[
        bool, typer.Option("--recording", help="What the replay of the recorded contract expects; with --no-seed.")
    ] = False,
) -> None:
    """Run the whole shop on this machine: PostgreSQL, Temporal, API and worker, with a demo shop.

    No Docker, no account, no download. Everything lies in the data folder, so a second start finds the shop
    as it was; `euryale.json` in it tells scripts where everything is. Ctrl-C stops all.

    `DATABASE_URL` and `TEMPORAL_ADDRESS` replace the embedded PostgreSQL and Temporal by your own.

    Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 could not start (the sentence says what to do), 2 wrong usage.
    """
    from euryale.cli.dev.run import run
    from euryale.cli.dev.screen import Screen
    from euryale.cli.dev.shop import Options
    from kit.settings import Settings

    with _told():
        options = Options(
            port=port,
            data_dir=data_dir,
            reset=reset,
            demo=not no_seed,
            cruel=cruel,
            fake_payments=fake_payments,
            recording=recording,
        )
        run(options, Settings(), Screen(quiet=quiet))


@app.command()
def api(
    host: Annotated[str | None, typer.Option(help="The address to listen on [default: EURYALE_API_HOST].")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on [default: EURYALE_API_PORT].")] = None,
) -> None:
    """Serve the HTTP API. Settings come from the environment (`DATABASE_URL`, `TEMPORAL_ADDRESS`, `EURYALE_*`).

    Exit codes: 0 stopped by SIGTERM or SIGINT, 1 could not start, 2 wrong usage.
    """
    import uvicorn

    from kit.settings import Settings

    settings = Settings()
    # uvicorn hands SIGTERM on when it has drained, which without a handler of ours would be the exit code
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=host or settings.api_host,
        port=settings.api_port if port is None else port,
        log_level=settings.log_level.lower(),
        proxy_headers=False,  # whose header tells the caller's address is a setting of ours
        access_log=False,  # query strings hold what people search for: names, mails
        timeout_graceful_shutdown=settings.api_shutdown_seconds,
    )


@app.command()
def worker() -> None:
    """Run the workflows and activities, as `python worker.py` does; as many of them as wanted.

    Exit codes: 0 stopped by SIGTERM or SIGINT, 1 could not start, 2 wrong usage.
    """
    from worker import main

    asyncio.run(main())


@app.command()
def migrate(data_dir: DataDir = Path(".euryale")) -> None:
    """Bring the database of `DATABASE_URL` to the newest schema.

    Safe beside running processes and other migrations: it waits for its turn, and gives way to traffic.

    Exit codes: 0 the schema is the newest, 1 it could not be reached or changed.
    """
    from euryale.cli import data
    from euryale.cli.target import require_database, settings_for
    from kit.search import MISSING

    async def run(url: str) -> None:
        await require_database(url)
        if not await data.migrate(url):
            typer.echo(f"warning: {MISSING}", err=True)

    with _told():
        asyncio.run(run(settings_for(data_dir).database_url))


@app.command()
def seed(
    *,
    data_dir: DataDir = Path(".euryale"),
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Only a store, a sales channel and a key.")] = False,
    products: Annotated[int, typer.Option("--products", min=0, help="Also this many generated products.")] = 0,
) -> None:
    """Put a demo shop into the database of `DATABASE_URL`; a shop that has regions is left alone.

    `--products 100000` makes a big catalogue for benchmarks, in about a minute; asked again, it only adds what is
    missing.

    Prints the publishable key. Exit codes: 0 the shop is there, 1 it could not be made.
    """
    from euryale.cli.contents import read_contents
    from euryale.cli.seed import add_catalogue
    from euryale.cli.seed import seed as fill
    from euryale.cli.target import require_database, settings_for

    with _told():
        settings = settings_for(data_dir)
        asyncio.run(require_database(settings.database_url))
        asyncio.run(fill(settings, demo=not no_demo))
        if products:
            asyncio.run(add_catalogue(settings, products, lambda made: typer.echo(f"{made} products", err=True)))
        typer.echo(asyncio.run(read_contents(settings.database_url)).publishable_key)


@app.command("explain-cart")
def explain_cart(
    id_: Annotated[str, typer.Argument(metavar="ID", help="A cart's id, or an order's: its cart as it was placed.")],
    codes: Annotated[
        list[str] | None, typer.Option("--code", "-c", help="Also say what this promotion code does. May be repeated.")
    ] = None,
    data_dir: DataDir = Path(".euryale"),
) -> None:
    """Say how each figure of a cart came about: prices, lists, tiers, promotions, taxes; and why a code does nothing.

    Reads the database of `DATABASE_URL`, and changes nothing.

    Exit codes: 0 explained, 1 there is no such cart, or the database cannot be used.
    """
    from euryale.cli.explain import explanation
    from euryale.cli.target import settings_for

    with _told():
        typer.echo(asyncio.run(explanation(settings_for(data_dir), id_, codes or ())))


@app.command()
def reconcile(
    since: Annotated[
        str | None, typer.Option("--since", help="A date or moment; what moved later is compared. Three days ago.")
    ] = None,
    *,
    fix: Annotated[
        bool, typer.Option("--fix", help="Heal what is safe to heal, and mark the rest for a person.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    data_dir: DataDir = Path(".euryale"),
) -> None:
    """Compare the payment providers with the ledger and the orders.

    Reads the database of `DATABASE_URL` and asks the providers of this shell's settings; without --fix nothing is
    written. The worker does this once a day, with --fix.

    Exit codes: 0 nothing differs, or all of it is healed; 1 something is left, or it could not be compared.
    """
    from rich.console import Console

    from euryale.cli import reconcile as reconciling
    from euryale.cli.target import settings_for

    with _told():
        found = asyncio.run(reconciling.reconcile(settings_for(data_dir), since, fix=fix))
    if as_json:
        typer.echo(reconciling.as_json(found))
    else:
        reconciling.show(found, Console())
    if any(one.outcome != "healed" for one in found):
        raise typer.Exit(1)


@app.command("dead-letters")
def dead_letters(
    event_id: Annotated[str | None, typer.Argument(help="Only this event's, with --replay.")] = None,
    *,
    replay: Annotated[bool, typer.Option("--replay", help="Deliver them again, from the first try.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    data_dir: DataDir = Path(".euryale"),
) -> None:
    """Show the events that a subscriber could not take, or deliver them again."""
    from euryale.cli import dead_letters as letters
    from euryale.cli.target import settings_for

    with _told():
        found = asyncio.run(letters.found(settings_for(data_dir), event_id, replay=replay))
    if as_json:
        typer.echo(letters.as_json(found))
    else:
        letters.show(found, Console())


@user.command()
def create(
    *,
    email: Annotated[str, typer.Option("--email", "-e", help="What they log in with.")],
    password: Annotated[
        str,
        typer.Option(
            "--password",
            "-p",
            prompt=True,
            confirmation_prompt=True,
            hide_input=True,
            envvar="EURYALE_PASSWORD",
            help="Asked for when left out, so that it stays out of the shell's history.",
        ),
    ],
    data_dir: DataDir = Path(".euryale"),
) -> None:
    """Create an admin user in the database of `DATABASE_URL`.

    Exit codes: 0 created, 1 refused (the address is taken, the database cannot be used), 2 wrong usage.
    """
    from euryale.cli.seed import Admin, create_admin
    from euryale.cli.target import require_database, settings_for

    with _told():
        settings = settings_for(data_dir)
        asyncio.run(require_database(settings.database_url))
        asyncio.run(create_admin(settings, Admin(email, password)))
    typer.echo(f"{email} can log in.")
