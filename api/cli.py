"""The command line. Each command imports what it needs when it runs, so that help answers at once."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from api.assembly import Assistant
    from api.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    name="assistant",
    help="The AutoLetter launch assistant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
schema_app = typer.Typer(help="JSON Schemas.", no_args_is_help=True)
sandbox_app = typer.Typer(help="The sandbox account source.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
agents_app = typer.Typer(help="Support agents.", no_args_is_help=True)
merchants_app = typer.Typer(help="Merchants' data.", no_args_is_help=True)
telegram_app = typer.Typer(help="The Telegram channel.", no_args_is_help=True)
articles_app = typer.Typer(help="The help articles.", no_args_is_help=True)
for name, group in (
    ("schema", schema_app),
    ("sandbox", sandbox_app),
    ("db", db_app),
    ("agents", agents_app),
    ("merchants", merchants_app),
    ("telegram", telegram_app),
    ("articles", articles_app),
):
    app.add_typer(group, name=name)

Lang = Annotated[str, typer.Option(help="ru, de or en")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON alone on stdout")]
Port = Annotated[int, typer.Option(min=1, max=65535)]

_BAD_USAGE = 2


@app.command()
def demo(
    port: Port = 8000,
    folder: Annotated[Path, typer.Option(help="Keeps the demo's database and uploads")] = Path(
        "var/demo"
    ),
) -> None:
    """Everything on an embedded database with demo merchants; no key and no network needed."""
    from api.serving import run_demo

    _run(run_demo(port=port, folder=folder.absolute()))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Production: settings from the environment; refuses to start on missing or unsafe ones."""
    from api.serving import run_service

    _run(run_service(_settings(), host=host, port=port))


@app.command()
def chat(
    merchant: Annotated[str | None, typer.Option(help="Sign in as this merchant")] = None,
    lang: Annotated[str | None, typer.Option(help="ru, de or en")] = None,
) -> None:
    """The same conversation in the terminal. Leave with /quit; /file PATH sends a file."""
    _language(lang)
    from rich.console import Console

    from api.commands.chat import TerminalChat

    async def run() -> None:
        async with _assembled() as assistant:
            console = Console(width=None if sys.stdout.isatty() else 100)
            await TerminalChat(assistant, console=console, merchant_id=merchant, locale=lang).run()

    _run(run())


@app.command()
def diagnose(
    file: Annotated[
        str | None, typer.Argument(help="An account snapshot, JSON or JSON Lines; - for stdin")
    ] = None,
    merchant: Annotated[str | None, typer.Option(help="A merchant's id")] = None,
    campaign: Annotated[str | None, typer.Option(help="A campaign's id")] = None,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """The report. Exit status 0 ready, 1 blocked, 3 unknown, 2 bad usage or bad input."""
    _language(lang)
    if file is None and merchant is None:
        _fail("name a FILE (or - for stdin), or a --merchant")
    from api.commands import diagnose as command
    from api.commands.present import presenter

    wanted = command.Wanted(
        present=presenter(),
        lang=lang,
        dashboard_url=os.environ.get("ASSISTANT_DASHBOARD_URL", "https://app.autoletter.example"),
        merchant_id=merchant,
        campaign_id=campaign,
        as_json=as_json,
    )
    if file is not None:
        status = command.diagnose(
            file, stdin=sys.stdin.buffer, out=sys.stdout, errors=sys.stderr, wanted=wanted
        )
        raise typer.Exit(int(status))

    async def run() -> int:
        async with _assembled() as assistant:
            account = await assistant.diagnosis.account(merchant or "")
            return int(
                command.diagnose_account(account, sys.stdout, wanted=wanted, errors=sys.stderr)
            )

    raise typer.Exit(_run(run()))


@schema_app.command("account")
def schema_account() -> None:
    """The JSON Schema of an account snapshot."""
    from diagnostics import snapshot

    json.dump(snapshot.schema(), sys.stdout, indent=2, ensure_ascii=False)
    print()


@app.command()
def understand(lang: Annotated[str | None, typer.Option(help="ru, de or en")] = None) -> None:
    """JSON Lines {"id","text"} in; {"id","intent","confidence","lang","check"} a line out."""
    _language(lang)
    from api.commands.understand import run_lines

    raise typer.Exit(run_lines(sys.stdin, sys.stdout, lang=lang))


@app.command("read-screenshot")
def read_screenshot(files: Annotated[list[Path], typer.Argument(help="Pictures")]) -> None:
    """{"file","text","check","confidence"} a line: the error text and the check it points to."""
    from api.commands.read_screenshot import read_files

    raise typer.Exit(_run(read_files(files, out=sys.stdout, errors=sys.stderr)))


@app.command()
def preview(
    out: Annotated[Path, typer.Option(help="Where the page is written")] = Path("preview.html"),
) -> None:
    """Every message in three languages, as one HTML page for people who do not code."""
    from api.commands.preview import write_page

    count = write_page(out)
    print(f"{count} messages: {out}", file=sys.stderr)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this installation itself. Exit status 0 all right, 1 not."""
    from api.commands.doctor import examine, show

    found = _run(examine(_settings(check=False)))
    show(found, as_json=as_json, out=sys.stdout)
    raise typer.Exit(0 if all(f.ok for f in found) else 1)


@sandbox_app.command("load")
def sandbox_load(
    file: Annotated[str, typer.Argument(help="JSON Lines; - for stdin")],
) -> None:
    """Put merchants into the sandbox account source; the same line twice changes nothing."""
    from api.commands.sandbox import load_file
    from api.commands.sandbox_links import linker

    async def run() -> int:
        from api.clock import SystemClock
        from api.storage import migrate
        from api.storage.database import connect

        url = _database_url()
        await migrate.upgrade(url)
        database = connect(url)
        now = SystemClock().now()
        try:
            return int(
                await load_file(
                    file,
                    database=database,
                    now=now,
                    stdin=sys.stdin.buffer,
                    errors=sys.stderr,
                    link_telegram=linker(now),
                )
            )
        finally:
            await database.close()

    raise typer.Exit(_run(run()))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema."""
    from api.storage import migrate

    async def run() -> None:
        await migrate.upgrade(_database_url())
        current, head = await migrate.revisions(_database_url())
        print(f"database is at {current} (newest: {head})", file=sys.stderr)

    _run(run())


@agents_app.command("add")
def agents_add(
    email: Annotated[str, typer.Argument(help="The agent's address")],
    name: Annotated[str, typer.Option(help="As merchants see it")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="May manage agents")] = False,
) -> None:
    """Add a support agent and print a one-time sign-in link, good for half an hour."""
    from api.commands.agents import add_agent
    from api.demo import beside

    # Without settings it is the demo beside which this command runs.
    settings = beside(Path("var/demo").absolute()) or _settings(check=False)
    token = _run(add_agent(_database_url(), email=email, name=name, admin=admin))
    print(f"{settings.public_url or 'http://127.0.0.1:8000'}/console/sign-in?token={token}")


@merchants_app.command("export")
def merchants_export(
    merchant: Annotated[str, typer.Argument(metavar="ID", help="A merchant's id")],
) -> None:
    """Everything that is kept about a merchant, as JSON on stdout."""
    from api.commands.merchants import export

    found = _run(_with_database(lambda connection: export(connection, merchant)))
    json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
    print()
    if not found:
        print(f"nothing is kept about {merchant}", file=sys.stderr)


@merchants_app.command("erase")
def merchants_erase(
    merchant: Annotated[str, typer.Argument(metavar="ID", help="A merchant's id")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Erase everything that is kept about a merchant: conversation, tickets, files, audit."""
    from api.commands.merchants import erase, remove_files

    if not yes:
        typer.confirm(
            f"Erase everything about {merchant}? This cannot be undone", abort=True, err=True
        )
    count, files = _run(_with_database(lambda connection: erase(connection, merchant), write=True))
    remove_files(_settings(check=False).upload_dir, files)
    print(f"{count} rows and {len(files)} files erased", file=sys.stderr)


@telegram_app.command("set-webhook")
def telegram_set_webhook() -> None:
    """Tell Telegram where updates go, and set the commands' menu in three languages."""
    settings = _settings()
    if not settings.telegram:
        _fail("ASSISTANT_TELEGRAM_TOKEN is not set")
    from api.commands.telegram import set_webhook
    from knowledge.voice import Voice

    done = _run(
        set_webhook(
            token=settings.telegram_token.get_secret_value(),
            api_base=settings.telegram_api_base,
            public_url=settings.public_url,
            secret=settings.telegram_webhook_secret.get_secret_value(),
            voice=Voice(),
        )
    )
    print(f"@{done.bot}: {done.url}", file=sys.stderr)


@articles_app.command("lint")
def articles_lint() -> None:
    """Check the help articles: links, languages in step, facts that nobody knows."""
    from api.commands.articles import lint

    problems = lint()
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems", file=sys.stderr)
    raise typer.Exit(1 if problems else 0)


def main() -> None:
    """The entry point of the ``assistant`` command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except BrokenPipeError:
        # The reader has seen enough; the interpreter must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None


def _run(work: Coroutine[Any, Any, T]) -> T:
    from bot.errors import NotFound, Unavailable

    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except NotFound as error:
        _fail(f"there is no {error}")
    except Unavailable as error:
        print(f"error: {error.reason} does not answer; try again later", file=sys.stderr)
        raise SystemExit(1) from error


def _settings(*, check: bool = True) -> "Settings":
    from pydantic import ValidationError

    from api.settings import Settings, UnsafeSettings

    try:
        settings = Settings()
        if check:
            settings.check()
    except UnsafeSettings as error:
        print("error: this installation must not start like this:", file=sys.stderr)
        for problem in error.problems:
            print(f"  - {problem}", file=sys.stderr)
        raise SystemExit(_BAD_USAGE) from error
    except ValidationError as error:
        print("error: settings that cannot be read:", file=sys.stderr)
        for found in error.errors():
            name = "_".join(str(part) for part in found["loc"]).upper()
            print(f"  - ASSISTANT_{name}: {found['msg']}", file=sys.stderr)
        raise SystemExit(_BAD_USAGE) from error
    return settings


def _database_url() -> str:
    """The configured database; without one, the demo's."""
    return os.environ.get("ASSISTANT_DATABASE_URL") or (
        f"sqlite+aiosqlite:///{Path('var/demo').absolute() / 'assistant.db'}"
    )


async def _with_database(work: "Callable[[Connection], T]", *, write: bool = False) -> T:
    from api.storage.database import connect

    database = connect(_database_url())
    try:
        return await (database.write(work) if write else database.read(work))
    finally:
        await database.close()


def _assembled() -> "AbstractAsyncContextManager[Assistant]":
    """The assistant as configured; without any settings, on the demo's data."""
    from api.serving import local

    configured = any(name.startswith("ASSISTANT_") for name in os.environ)
    return local(_settings() if configured else None, folder=Path("var/demo").absolute())


def _language(lang: str | None) -> None:
    if lang not in (None, "ru", "de", "en"):
        _fail(f"{lang!r} is no language of mine; use ru, de or en")


def _fail(problem: str) -> NoReturn:
    print(f"error: {problem}", file=sys.stderr)
    raise SystemExit(_BAD_USAGE)
