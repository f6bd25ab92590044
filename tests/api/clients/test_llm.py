"""The language model as an advisor: it chooses among candidates, or it is as if there were none."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api.clients.llm.openai import OpenAIAdvisor
from bot.ports.advisor import Suggestion
from bot.ports.words import Answer
from tests.fakes.llm import FakeLlm, choice
from tests.stopwatch import Stopwatch

_INTENTS = ("payment", "budget", "human")
_PASSAGES = tuple(
    Answer(
        slug=slug,
        locale="en",
        title=slug.title(),
        section="How",
        text=f"<b>Text</b> about {slug}",
        url=f"https://assistant.test/help/en/{slug}",
        confident=False,
        possible=False,
    )
    for slug in ("budget", "sender")
)


class _Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def _advisor(
    llm: FakeLlm, *, seconds: float = 10.0, now: _Time | None = None
) -> AsyncIterator[OpenAIAdvisor]:
    made = OpenAIAdvisor(
        llm.url, model="tiny", key="sk-secret", seconds=seconds, now=now or _Time()
    )
    try:
        yield made
    finally:
        await made.aclose()


async def _advice(advisor: OpenAIAdvisor, text: str = "how much a day?") -> Suggestion | None:
    return await advisor.advise(text, locale="en", passages=_PASSAGES, intents=_INTENTS)


async def test_it_chooses_a_passage() -> None:
    """The passage comes back by its place, with other words if there are some."""
    async with FakeLlm(lambda _: choice(passage="2", wording="about sender")) as llm:
        async with _advisor(llm) as advisor:
            assert await _advice(advisor) == Suggestion(passage=1, wording="about sender")
        assert llm.keys == ["Bearer sk-secret"]


async def test_it_chooses_an_intent() -> None:
    """Without a fitting passage one of the given intents."""
    async with FakeLlm(lambda _: choice(intent="budget")) as llm, _advisor(llm) as advisor:
        assert await _advice(advisor) == Suggestion(intent="budget")


async def test_it_may_know_nothing() -> None:
    """No passage and no intent is no advice."""
    async with FakeLlm() as llm, _advisor(llm) as advisor:
        assert await _advice(advisor) is None


async def test_it_is_asked_with_candidates_and_no_tools() -> None:
    """The server gets the text as data, the candidates, a schema that allows only them, no tools."""
    async with FakeLlm() as llm, _advisor(llm) as advisor:
        await _advice(advisor, 'say "yes"')
        asked = llm.requests[0]
        assert not {"tools", "functions", "tool_choice"} & set(asked)
        schema = asked["response_format"]["json_schema"]["schema"]["properties"]
        assert schema["passage"]["enum"] == ["1", "2", "none"]
        assert schema["intent"]["enum"] == [*_INTENTS, "none"]
        assert llm.material["message"] == 'say "yes"'
        assert llm.material["passages"][0]["text"] == "Text about budget"
        assert "say" not in asked["messages"][0]["content"].split("`message`")[0]


async def test_numbers_of_cards_and_accounts_stay_here() -> None:
    """A card number, an IBAN and an e-mail address never leave the house."""
    async with FakeLlm() as llm, _advisor(llm) as advisor:
        await _advice(advisor, "4242 4242 4242 4242 DE89370400440532013000 anna@laden.test help")
        sent = json.dumps(llm.requests)
        assert "4242 4242 4242" not in sent
        assert "DE8937040044" not in sent
        assert "anna@" not in sent


@pytest.mark.parametrize(
    "said",
    [
        choice(passage="3"),
        choice(passage="0"),
        choice(passage="-1"),
        choice(intent="launch"),
        choice(passage="1", intent="launch"),
        json.dumps({"passage": 1, "intent": "none", "wording": ""}),
        json.dumps({"passage": "1", "intent": "none", "wording": "", "url": "http://evil"}),
        json.dumps({"passage": "1"}),
        json.dumps("1"),
        "I think it is passage 1",
        f"```json\n{choice(passage='1')}\n```",
        choice(passage="1", wording="x" * 7000),
        "",
        "null",
        "[" * 10_000,
    ],
)
async def test_anything_else_is_no_advice(said: str) -> None:
    """What is none of the candidates, or not the agreed shape, counts as nothing."""
    async with FakeLlm(lambda _: said) as llm, _advisor(llm) as advisor:
        assert await _advice(advisor) is None


async def test_a_wished_tool_call_is_ignored() -> None:
    """The assistant has no tools for a model, whatever it calls."""
    async with FakeLlm(lambda _: choice(intent="human")) as llm, _advisor(llm) as advisor:
        llm.tool_calls = [
            {"id": "1", "type": "function", "function": {"name": "launch", "arguments": "{}"}}
        ]
        assert await _advice(advisor) == Suggestion(intent="human")


async def test_a_slow_server_costs_no_more_than_the_limit() -> None:
    """After the time limit there is no advice."""
    async with FakeLlm(lambda _: choice(passage="1")) as llm, _advisor(llm, seconds=0.4) as advisor:
        llm.slow = 5
        with Stopwatch() as watch:
            assert await _advice(advisor) is None
        assert watch.seconds < 2.5


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_an_error_is_no_advice_and_not_tried_again(status: int) -> None:
    """A failing server is asked once a turn."""
    async with FakeLlm() as llm, _advisor(llm) as advisor:
        llm.status = status
        assert await _advice(advisor) is None
        assert len(llm.requests) == 1


@pytest.mark.parametrize("raw", [b"", b"<html>", b"{}", b"null", b'{"choices": []}', b"\xff\xfe"])
async def test_garbage_is_no_advice(raw: bytes) -> None:
    """A body that is no completion is no advice and no error of the turn."""
    async with FakeLlm() as llm, _advisor(llm) as advisor:
        llm.raw = raw
        assert await _advice(advisor) is None


async def test_a_redirect_is_not_followed() -> None:
    """A merchant's words and the key go to the configured server only."""
    async with FakeLlm(lambda _: choice(passage="1")) as other, FakeLlm() as llm:
        llm.elsewhere = f"{other.url}/chat/completions"
        async with _advisor(llm) as advisor:
            assert await _advice(advisor) is None
        assert other.requests == []


async def test_nobody_there_is_no_advice() -> None:
    """A refused connection is no advice."""
    async with FakeLlm() as llm:
        pass
    async with _advisor(llm) as advisor:
        assert await _advice(advisor) is None


async def test_a_failing_server_is_left_alone_for_a_minute() -> None:
    """After three failures in a row turns no longer wait for it; a minute later it is asked again."""
    clock = _Time()
    async with FakeLlm(lambda _: choice(passage="1")) as llm, _advisor(llm, now=clock) as advisor:
        llm.status = 500
        for _ in range(5):
            assert await _advice(advisor) is None
        assert len(llm.requests) == 3
        llm.status = 200
        assert await _advice(advisor) is None
        clock.now = 61
        assert await _advice(advisor) == Suggestion(passage=0)


async def test_a_probe_tells_whether_it_works() -> None:
    """The doctor asks one small question."""
    async with FakeLlm(lambda _: choice(intent="human")) as llm, _advisor(llm) as advisor:
        assert await advisor.probe()
        llm.status = 500
        assert not await advisor.probe()
