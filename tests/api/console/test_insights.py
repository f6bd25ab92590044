"""What is counted, on both databases; and tables that no spreadsheet runs."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from api.console.tables import as_csv, harmless
from api.storage import insights
from api.storage.database import Database
from api.storage.insights import Period
from api.storage.tables.conversations import message_log
from api.storage.tables.records import facts
from api.storage.tables.tickets import ticket_ratings, tickets
from tests.api.console.house import House

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
CHECKS = ("payment_method", "budget")


def said(
    connection: Connection, conversation: str, at: datetime, *, author: str, **payload: object
) -> None:
    """One message of a conversation."""
    connection.execute(
        insert(message_log).values(
            conversation_id=conversation,
            message_id=f"{conversation}:{at.isoformat()}:{author}:{payload.get('phrase')}",
            author=author,
            channel="widget",
            chat=conversation,
            payload={"text": "…", "format": "plain", "created_at": at.isoformat(), **payload},
            created_at=at,
        )
    )


def card(connection: Connection, conversation: str, at: datetime, **statuses: str) -> None:
    """The assistant shows a report."""
    verdict = "ready" if set(statuses.values()) == {"pass"} else "blocked"
    said(
        connection,
        conversation,
        at,
        author="assistant",
        phrase="checkup/card",
        report={
            "campaign_id": "c1",
            "verdict": verdict,
            "findings": [{"check": c, "status": s} for c, s in statuses.items()],
        },
    )


def fact(
    connection: Connection, kind: str, conversation: str, at: datetime, **values: object
) -> None:
    """Something that was counted."""
    connection.execute(
        insert(facts).values(
            at=at, kind=kind, conversation_id=conversation, merchant_id="m", values=values
        )
    )


def filled(connection: Connection) -> None:
    """Five conversations: repaired in the chat and launched; repaired outside; given up; handed over
    and repaired then; and one from long ago."""
    day = NOW - timedelta(days=2)
    for name in ("launched", "outside", "silent", "person"):
        said(connection, name, day, author="merchant")
        card(connection, name, day, payment_method="fail", budget="pass")
    said(connection, "launched", NOW, author="merchant")
    said(connection, "launched", day, author="assistant", phrase="fix_payment_method/ask")
    said(connection, "silent", day, author="assistant", phrase="fix_payment_method/ask")
    said(connection, "silent", day, author="merchant", phrase="", said='"phrase":"fix_budget/x"')
    card(connection, "launched", day + timedelta(minutes=10), payment_method="pass", budget="pass")
    card(connection, "outside", day + timedelta(hours=2), payment_method="pass", budget="pass")
    fact(connection, "check_fixed", "launched", day, check="payment_method", how="chat")
    fact(connection, "launched", "launched", NOW, campaign="c1")
    fact(connection, "check_fixed", "outside", NOW, check="payment_method", how="outside")
    fact(connection, "escalated", "person", day, number="AL-1")
    fact(connection, "check_fixed", "person", NOW, check="payment_method", how="outside")
    long_ago = NOW - timedelta(days=60)
    said(connection, "old", long_ago, author="merchant")
    card(connection, "old", long_ago, payment_method="fail", budget="fail")
    fact(connection, "launched", "old", long_ago, campaign="c1")


async def test_what_is_counted(database: Database) -> None:
    """A conversation counts once in the period; resolved is what was verified without a person."""
    await database.write(filled)
    period = Period.last(7, now=NOW)
    totals = await database.read(lambda c: insights.totals(c, period))
    assert totals == insights.Totals(
        conversations=4, resolved=2, assisted=1, escalated=1, launched=1, fixed=3
    )
    days = {d.day: d for d in await database.read(lambda c: insights.daily(c, period))}
    assert len(days) == 7
    assert max(days) == NOW.date()
    early, today = days[date(2026, 11, 22)], days[NOW.date()]
    assert (early.conversations, early.resolved, early.escalated, early.launched) == (4, 1, 1, 0)
    assert (today.conversations, today.resolved, today.escalated, today.launched) == (1, 2, 0, 1)
    wide = await database.read(lambda c: insights.totals(c, Period.last(90, now=NOW)))
    assert (wide.conversations, wide.launched) == (5, 2)


async def test_where_merchants_get_stuck(database: Database) -> None:
    """A funnel never widens, and a merchant's own words are no step of it."""
    await database.write(filled)
    period = Period.last(7, now=NOW)
    payment, budget = await database.read(lambda c: insights.funnels(c, period, CHECKS))
    assert (payment.shown, payment.opened, payment.fixed, payment.launched) == (4, 2, 3, 1)
    assert (budget.shown, budget.opened, budget.fixed, budget.launched) == (0, 0, 0, 0)


async def test_time_to_green(database: Database) -> None:
    """From the first red report to the next ready one of the same conversation."""
    await database.write(filled)
    period = Period.last(7, now=NOW)
    found = await database.read(lambda c: insights.times_to_green(c, period))
    assert [green.took for green in found] == [timedelta(minutes=10), timedelta(hours=2)]


async def test_votes_and_questions(database: Database) -> None:
    """Votes are summed by what they are about, questions by what they ask."""

    def write(connection: Connection) -> None:
        for helpful in (True, False, False):
            fact(connection, "rated", "a", NOW, about="article:de:budget", helpful=helpful)
        fact(connection, "rated", "a", NOW, about="resolution", helpful=True)
        fact(connection, "rated", "a", NOW, about="ticket:AL-1", helpful=True)
        for n, text in enumerate(("Was kostet das?", "was  KOSTET das?", "Кто вы?")):
            locale = "ru" if n == 2 else "de"
            at = NOW + timedelta(minutes=n)
            fact(connection, "unanswered", "a", at, text=text, locale=locale)
        connection.execute(insert(tickets).values(_ticket()))
        for n, helpful in enumerate((True, True, False)):
            connection.execute(
                insert(ticket_ratings).values(
                    ticket_id="AL-000001", resolution=n, helpful=helpful, at=NOW
                )
            )

    await database.write(write)
    period = Period.last(7, now=NOW)
    votes = await database.read(lambda c: insights.article_votes(c, period))
    assert [(v.about, v.helpful, v.not_helpful) for v in votes] == [
        ("de/budget", 1, 2),
        ("resolution", 1, 0),
    ]
    asked = await database.read(lambda c: insights.unanswered(c, period))
    assert [(a.text, a.times) for a in asked] == [("was  KOSTET das?", 2), ("Кто вы?", 1)]
    weeks = await database.read(lambda c: insights.satisfaction(c, period))
    assert [(w, v.helpful, v.not_helpful) for w, v in weeks.items()] == [(date(2026, 11, 23), 2, 1)]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1+1", "|calc", "%0A"],
)
def test_formulas_stay_text(text: str) -> None:
    """What a merchant wrote is never run by a spreadsheet."""
    assert str(harmless(text)).startswith("'")


def test_numbers_and_words_stay() -> None:
    """Numbers are numbers, and ordinary text is not touched."""
    assert [harmless(v) for v in (-5, 1.5, None, "Was kostet das?", "", "a=b")] == [
        -5, 1.5, None, "Was kostet das?", "", "a=b",
    ]  # fmt: skip
    rows = as_csv(("q",), [('say "hi", =1',), ("two\nlines",)]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(rows))) == [["q"], ['say "hi", =1'], ["two\nlines"]]


async def test_the_page_and_its_files(house: House) -> None:
    """The page shows every period without a single conversation and with some; each table is a file."""
    anna = await house.at_work()
    for days in (7, 30, 90, 12):
        assert "Where merchants get stuck" in await anna.see(f"/console/insights?days={days}")
    number = await house.escalate(house.merchant("budget", locale="de"), error="Es geht nicht")
    assert number
    page = await anna.see("/console/insights?days=7")
    assert page.count("<svg") >= 2
    for table in ("days", "checks", "time-to-green", "satisfaction", "votes", "unanswered"):
        answer = await anna.http.get(f"/console/insights/{table}.csv?days=7")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
    days_file = await anna.http.get("/console/insights/days.csv?days=7")
    last = days_file.content.decode("utf-8-sig").strip().split("\r\n")[-1]
    assert last.split(",")[1:] == ["1", "0", "1", "0"]
    assert (await anna.http.get("/console/insights/passwords.csv")).status_code == 404


def _ticket() -> dict[str, object]:
    return {
        "id": "AL-000001", "whose": "m", "about": "c", "origin": "api", "subject": "",
        "error_text": "", "folded": "", "status": "open", "priority": "normal", "locale": "de",
        "channel": "api", "packet": {}, "resolutions": 3, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
