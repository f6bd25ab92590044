"""``assistant doctor``: looks at this installation itself and says what to do where it is not right."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TextIO

from sqlalchemy import Connection, select, text

from api.settings import Settings, UnsafeSettings
from api.storage import migrate, outbox
from api.storage.database import connect
from api.storage.tables.outbox import outbox as outbox_table
from bot.errors import AssistantError

_TIME_LIMIT = 15.0  # seconds a look may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One thing that was looked at; ``detail`` says what is, and what to do where it is not right."""

    what: str
    ok: bool
    detail: str


Look = Callable[[Settings], Awaitable[list[Looked]]]


async def examine(settings: Settings) -> list[Looked]:
    """Everything, side by side; a look that itself fails is a finding and stops nothing."""
    looks: Mapping[str, Look] = {
        "settings": _settings,
        "database": _database,
        "uploads": _uploads,
        "stripe": _stripe,
        "mail": _mail,
        "ocr": _ocr,
        "telegram": _telegram,
        "ticket_desk": _desk,
        "language_model": _model,
    }
    found = await asyncio.gather(*(_look(name, look, settings) for name, look in looks.items()))
    return [looked for group in found for looked in group]


def show(found: list[Looked], *, as_json: bool, out: TextIO) -> None:
    """As lines for people, or as JSON."""
    if as_json:
        json.dump(
            {"ok": all(f.ok for f in found), "checks": [asdict(f) for f in found]},
            out,
            ensure_ascii=False,
            indent=2,
        )
        out.write("\n")
        return
    for looked in found:
        out.write(f"{'✓' if looked.ok else '✗'} {looked.what:<22} {looked.detail}\n")


async def _look(name: str, look: Look, settings: Settings) -> list[Looked]:
    try:
        async with asyncio.timeout(_TIME_LIMIT):
            return await look(settings)
    except TimeoutError:
        return [Looked(what=name, ok=False, detail=f"No answer within {_TIME_LIMIT:.0f} s.")]
    except AssistantError as error:
        return [Looked(what=name, ok=False, detail=f"It does not answer: {error}.")]
    except Exception as error:
        # What the look did not foresee is a finding too; the class says where to search.
        return [Looked(what=name, ok=False, detail=f"{type(error).__name__}: {error}"[:300])]


async def _settings(settings: Settings) -> list[Looked]:
    try:
        settings.check()
    except UnsafeSettings as error:
        return [Looked(what="settings", ok=False, detail=problem) for problem in error.problems]
    return [Looked(what="settings", ok=True, detail="Nothing is missing or unsafe.")]


async def _database(settings: Settings) -> list[Looked]:
    if not settings.database_url:
        return [Looked(what="database", ok=False, detail="ASSISTANT_DATABASE_URL is not set.")]
    database = connect(settings.database_url)
    try:
        await database.read(_select)
        found = [Looked(what="database", ok=True, detail=database.url.partition(":")[0])]
        current, head = await migrate.revisions(settings.database_url)
        if current != head:
            detail = (
                f"The schema is at {current}, this program needs {head}. Run: assistant db upgrade"
            )
            return [*found, Looked(what="migrations", ok=False, detail=detail)]
        found.append(Looked(what="migrations", ok=True, detail=str(head)))
        counts = await database.read(outbox.counts)
        dead = sum(n for (_, state), n in counts.items() if state == "dead")
        waiting = sum(n for (_, state), n in counts.items() if state == "waiting")
        detail = f"{waiting} waiting, {dead} dead."
        if dead:
            kinds = await database.read(_dead)
            detail += f" Dead: {kinds}. See docs/operate.md, “Dead letters”."
        found.append(Looked(what="outbox", ok=not dead, detail=detail))
        return found
    finally:
        await database.close()


def _select(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


def _dead(connection: Connection) -> str:
    rows = connection.execute(
        select(outbox_table.c.kind, outbox_table.c.error)
        .where(outbox_table.c.state == "dead")
        .order_by(outbox_table.c.id.desc())
        .limit(3)
    )
    return "; ".join(f"{row.kind}: {row.error}" for row in rows)


async def _uploads(settings: Settings) -> list[Looked]:
    def write() -> None:
        settings.upload_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.upload_dir) as file:
            file.write(b"x")

    try:
        await asyncio.to_thread(write)
    except OSError as error:
        detail = f"{settings.upload_dir} cannot be written: {error.strerror}."
        return [Looked(what="uploads", ok=False, detail=detail)]
    return [Looked(what="uploads", ok=True, detail=str(settings.upload_dir))]


async def _stripe(settings: Settings) -> list[Looked]:
    key = settings.stripe_api_key.get_secret_value()
    if not key:
        return [Looked(what="stripe_key", ok=False, detail="ASSISTANT_STRIPE_API_KEY is not set.")]
    from api.clients.payments.stripe import StripePayments

    async with StripePayments(key, api_base=settings.stripe_api_base or None) as payments:
        trouble = await payments.probe()
    secret = settings.stripe_webhook_secret.get_secret_value()
    return [
        Looked(
            what="stripe_key",
            ok=trouble is None,
            detail="Stripe answers." if trouble is None else f"Stripe: {trouble.unknown}.",
        ),
        Looked(
            what="stripe_webhook",
            ok=bool(secret.strip()),
            detail=f"Events are expected at {settings.public_url}/webhooks/stripe."
            if secret.strip()
            else "ASSISTANT_STRIPE_WEBHOOK_SECRET is not set.",
        ),
    ]


async def _mail(settings: Settings) -> list[Looked]:
    url = settings.smtp_url.get_secret_value()
    if not url:
        return [Looked(what="mail", ok=False, detail="ASSISTANT_SMTP_URL is not set.")]
    from api.clients.mailer.smtp import SmtpMailer

    await SmtpMailer(url, sender=settings.mail_from).probe()
    return [Looked(what="mail", ok=True, detail="The mail server answers.")]


async def _ocr(settings: Settings) -> list[Looked]:
    del settings
    packages = "apt-get install tesseract-ocr tesseract-ocr-rus tesseract-ocr-deu"
    program = shutil.which("tesseract")
    if program is None:
        detail = f"Tesseract is not installed; screenshots are kept and not read. Run: {packages}"
        return [Looked(what="ocr", ok=False, detail=detail)]
    process = await asyncio.create_subprocess_exec(
        program, "--list-langs", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    listed, _ = await process.communicate()
    missing = {"deu", "eng", "rus"} - set(listed.decode(errors="replace").split())
    if missing:
        detail = f"Tesseract lacks {', '.join(sorted(missing))}. Run: {packages}"
        return [Looked(what="ocr", ok=False, detail=detail)]
    return [Looked(what="ocr", ok=True, detail="Tesseract reads ru, de and en.")]


async def _telegram(settings: Settings) -> list[Looked]:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return [Looked(what="telegram", ok=True, detail="Off: ASSISTANT_TELEGRAM_TOKEN is empty.")]
    from api.clock import SystemClock
    from api.commands import telegram

    looked = await telegram.examine(
        token=token,
        api_base=settings.telegram_api_base,
        mode=settings.telegram_mode,
        public_url=settings.public_url,
        now=SystemClock().now(),
    )
    return [Looked(what=f"telegram_{look.what}", ok=look.ok, detail=look.detail) for look in looked]


async def _desk(settings: Settings) -> list[Looked]:
    if settings.ticket_desk == "builtin":
        return [Looked(what="ticket_desk", ok=True, detail="Built in: /console.")]
    from api.desks import probe

    return [
        Looked(what="ticket_desk", ok=ok, detail=detail) for ok, detail in [await probe(settings)]
    ]


async def _model(settings: Settings) -> list[Looked]:
    what = "language_model"
    if not settings.llm_base_url:
        return [Looked(what=what, ok=True, detail="Off: ASSISTANT_LLM_BASE_URL is empty.")]
    from api.clients.llm.openai import OpenAIAdvisor

    advisor = OpenAIAdvisor(
        settings.llm_base_url, model=settings.llm_model, key=settings.llm_key.get_secret_value()
    )
    try:
        answers = await advisor.probe()
    finally:
        await advisor.aclose()
    detail = (
        f"{settings.llm_model} answers."
        if answers
        else f"{settings.llm_model} gave no answer of use within three seconds; the assistant goes on"
        " without it. Look at ASSISTANT_LLM_BASE_URL, ASSISTANT_LLM_MODEL and ASSISTANT_LLM_KEY."
    )
    return [Looked(what=what, ok=answers, detail=detail)]
