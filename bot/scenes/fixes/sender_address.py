"""Sender address: in one message or step by step, shown back as it stands on the envelope."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.turn import Action, Ask, Outcome, Phrase, Upload
from bot.errors import Refused
from bot.ports.accounts import AddSenderAddress, Change, ChooseSenderAddress
from bot.reading.addresses import Written, house_number, read_address, split_street
from bot.reading.contacts import read_company
from bot.scenes.fixes.frame import Fix
from diagnostics.account import Account, Campaign, SenderAddress
from diagnostics.checks.sender_address import problems
from diagnostics.finding import Finding

_HOPELESS = ("not_germany", "packstation", "postfiliale", "postfach")
"""What no further question repairs: another address is needed."""

_STEP_FOR = {
    "no_name": "who",
    "no_street": "street",
    "no_house_number": "street",
    "bad_postal_code": "place",
    "no_city": "place",
}
_REPAIRABLE = frozenset(_STEP_FOR) | {"no_country"}
_MOST_OFFERED = 4


class SenderAddressFix(Fix):
    """Whatever the check would call wrong is asked for here; nothing else is."""

    name = "fix_sender_address"
    check = "sender_address"
    place = "sender_addresses"
    refusals = frozenset(("address_invalid", "address_unknown", "campaign_ended"))

    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Offer a good address of the list, repair the bad one, or ask for a new one."""
        finding = (await turn.report(campaign)).finding(self.check)
        good = _alternatives(await turn.account(), finding)
        broken = finding.facts.get("problems")
        if good:
            return self._ask_whole(turn, good=good)
        if isinstance(broken, tuple) and broken and set(broken) <= _REPAIRABLE:
            return self._next(turn, campaign, _from_facts(finding), repairing=True)
        return self._ask_whole(turn)

    async def pressed(
        self, turn: Turn, campaign: Campaign, what: str, argument: str
    ) -> Outcome | None:
        """One of the listed addresses, another one, or step by step."""
        match what:
            case "pick":
                finding = (await turn.report(campaign)).finding(self.check)
                good = _alternatives(await turn.account(), finding)
                chosen = next((one for one in good if short(one.id) == argument), None)
                return await self._choose(turn, campaign, chosen) if chosen else None
            case "steps":
                return self._next(turn, campaign, SenderAddress(id=""), repairing=False)
            case "change" | "other":
                return self._ask_whole(turn)
        return None

    async def _press(self, turn: Turn, campaign: Campaign, what: str, argument: str) -> Outcome:
        if what == "change":
            return self._ask_whole(turn)
        return await super()._press(turn, campaign, what, argument)

    def takes_anything(self, turn: Turn) -> bool:
        """A name may be any text."""
        return turn.conversation.step == "who"

    async def typed(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        """A whole address, or the part that was asked for."""
        if isinstance(turn.content, Upload) or not turn.text:
            return None
        whole = read_address(turn.text)
        if whole.looks_like_an_address and whole.street:
            return self._next(turn, campaign, _joined(SenderAddress(id=""), whole))
        known = self._fields(turn)
        part = self._part(turn.conversation.step, turn.text, whole, known)
        if part is None:
            if turn.conversation.step == "whole" and _is_box(whole):
                return self._next(turn, campaign, _joined(SenderAddress(id=""), whole))
            return None
        return self._next(turn, campaign, part)

    async def misread(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Show how the part that is wanted looks."""
        step = turn.conversation.step
        step = step if step in ("who", "street", "place") else "whole"
        steps = (Action("fix_sender_address.steps", Phrase("fix_sender_address/button_steps")),)
        return self.again(
            turn,
            (
                Phrase(f"fix_sender_address/unread_{step}"),
                Phrase(f"fix_sender_address/example_{step}"),
            ),
            campaign=campaign,
            ask=Ask("address", step),
            actions=steps if step == "whole" else (),
        )

    def refused(self, turn: Turn, refused: Refused, campaign: Campaign) -> Outcome:
        """The owner's reason in the words of the check."""
        facts = {"problem": str(refused.facts.get("problem") or "")}
        return super().refused(turn, Refused(refused.code, **facts), campaign)

    def confirmation(self, change: Change, campaign: Campaign) -> Phrase:
        """It is on the list and on this campaign's envelopes."""
        added = isinstance(change, AddSenderAddress)
        return Phrase("fix_sender_address/saved", {"added": added})

    def _ask_whole(
        self,
        turn: Turn,
        *,
        good: tuple[SenderAddress, ...] = (),
        problem: str | None = None,
        refused: SenderAddress | None = None,
    ) -> Outcome:
        picks = tuple(
            Action(
                f"fix_sender_address.pick:{short(one.id)}",
                Phrase("fix_sender_address/button_address", {"line": _line(one)}),
            )
            for one in good[:_MOST_OFFERED]
        )
        if problem is not None:
            phrase = Phrase(
                f"fix_sender_address/not_{problem}", {"line": _line(refused) if refused else ""}
            )
        else:
            phrase = Phrase("fix_sender_address/choose" if good else "fix_sender_address/ask_whole")
        return self.ask(
            turn,
            phrase,
            step="whole",
            ask=Ask("address", "whole"),
            actions=(
                *picks,
                Action("fix_sender_address.steps", Phrase("fix_sender_address/button_steps")),
            ),
            remember={"fields": None},
        )

    def _next(
        self, turn: Turn, campaign: Campaign, address: SenderAddress, *, repairing: bool = False
    ) -> Outcome:
        """The next missing part, or the envelope."""
        if address.country is None and address.postal_code is not None:
            # Five digits are a German postal code; the country is shown on the envelope before saving.
            address = replace(address, country="DE")
        wrong = [code for code in problems(address) if code != "no_country"]
        hopeless = next((code for code in wrong if code in _HOPELESS), None)
        if hopeless is not None:
            return self._ask_whole(turn, problem=hopeless, refused=address)
        if wrong:
            return self._ask_part(turn, address, wrong[0], repairing=repairing)
        return self._envelope(turn, campaign, address)

    def _ask_part(
        self, turn: Turn, address: SenderAddress, problem: str, *, repairing: bool
    ) -> Outcome:
        step = _STEP_FOR[problem]
        return self.ask(
            turn,
            Phrase(
                f"fix_sender_address/ask_{problem}",
                {
                    "street": address.street,
                    "postal_code": address.postal_code,
                    "city": address.city,
                    "line": _line(address) if repairing else "",
                },
            ),
            step=step,
            ask=Ask("address", step),
            actions=(Action("fix_sender_address.other", Phrase("fix_sender_address/button_other")),)
            if repairing
            else (),
            remember={"fields": _kept(address)},
        )

    def _envelope(self, turn: Turn, campaign: Campaign, address: SenderAddress) -> Outcome:
        return self.propose(
            turn,
            AddSenderAddress(address=address, campaign_id=campaign.id),
            Phrase(
                "fix_sender_address/confirm",
                {"lines": envelope(address), "campaign": campaign.name, "before": ""},
            ),
            remember={"fields": _kept(address)},
        )

    async def _choose(self, turn: Turn, campaign: Campaign, address: SenderAddress) -> Outcome:
        account = await turn.account()
        listed = account.sender_addresses if isinstance(account.sender_addresses, tuple) else ()
        old = next((one for one in listed if one.id == campaign.sender_address_id), None)
        return self.propose(
            turn,
            ChooseSenderAddress(campaign_id=campaign.id, address_id=address.id),
            Phrase(
                "fix_sender_address/confirm",
                {
                    "lines": envelope(address),
                    "campaign": campaign.name,
                    "before": _line(old) if old else "",
                },
            ),
        )

    def _fields(self, turn: Turn) -> SenderAddress:
        held = self.own(turn).get("fields")
        values = dict(held) if isinstance(held, Mapping) else {}
        known = {name: value for name, value in values.items() if isinstance(value, str)}
        return SenderAddress(**{**known, "id": ""})

    def _part(
        self, step: str, text: str, whole: Written, known: SenderAddress
    ) -> SenderAddress | None:
        """The part that was asked for, put beside what is known."""
        match step:
            case "who":
                name = read_company(text)
                if name is None:
                    return None
                found = read_address(name)
                return replace(
                    known, company=found.company, name=found.name or found.street or name
                )
            case "street":
                number = house_number(text)
                if number and known.street:
                    return replace(known, house_number=number)
                street, number = split_street(text)
                if not any(sign.isalpha() for sign in street):
                    return None
                return replace(known, street=street, house_number=number)
            case "place":
                if whole.postal_code or whole.city:
                    return replace(
                        known,
                        postal_code=whole.postal_code or known.postal_code,
                        city=whole.city or known.city,
                        country=whole.country or known.country,
                    )
                if text.strip().isdigit():
                    return replace(known, postal_code=text.strip())
                if known.postal_code and any(sign.isalpha() for sign in text) and len(text) < 60:
                    return replace(known, city=" ".join(text.split()))
        return None


def envelope(address: SenderAddress) -> tuple[str, ...]:
    """The lines as printed: who, the extra line, street and number, postal code and city."""
    lines = (
        address.company,
        address.name,
        address.extra,
        f"{address.street or ''} {address.house_number or ''}".strip(),
        f"{address.postal_code or ''} {address.city or ''}".strip(),
    )
    return tuple(line for line in lines if line)


def _line(address: SenderAddress) -> str:
    return ", ".join(envelope(address))


def _kept(address: SenderAddress) -> dict[str, str]:
    return {name: value for name, value in asdict(address).items() if value and name != "id"}


def _joined(known: SenderAddress, written: Written) -> SenderAddress:
    found = {name: value for name, value in asdict(written).items() if value}
    return replace(known, **found)


def _is_box(written: Written) -> bool:
    return written.postal_code is not None and written.extra is not None


def _from_facts(finding: Finding) -> SenderAddress:
    """The listed address that is nearly good, so that only the wrong part is asked for."""
    names = ("name", "company", "extra", "street", "house_number", "postal_code", "city", "country")
    values = {name: value for name in names if isinstance(value := finding.facts.get(name), str)}
    return SenderAddress(id="", **values)


def _alternatives(account: Account, finding: Finding) -> tuple[SenderAddress, ...]:
    ids = finding.facts.get("alternatives")
    if not isinstance(ids, tuple) or not isinstance(account.sender_addresses, tuple):
        return ()
    return tuple(one for one in account.sender_addresses if one.id in ids)
