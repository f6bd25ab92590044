"""Budget: quick amounts or a typed one, and the number of letters that it pays for."""

from bot.dialogue.scene import Turn
from bot.dialogue.turn import Action, Ask, Outcome, Phrase
from bot.ports.accounts import Change, SetBudget
from bot.reading.amounts import Doubt, read_amounts
from bot.reading.answers import is_yes
from bot.scenes.fixes.frame import Fix
from diagnostics.account import Budget, Campaign
from diagnostics.checks.budget import (
    DAILY_MAX,
    DAILY_MIN,
    TOTAL_MAX,
    daily_problem,
    total_problem,
)

_QUICK_DAILY = (25_00, 50_00, 100_00, 250_00, 500_00)
_QUICK_TOTAL = (250_00, 500_00, 1_000_00, 2_500_00, 5_000_00)
_QUICK_MORE = (100_00, 250_00, 500_00)
_MOST_BUTTONS = 3
_ABOUT_TOTAL = frozenset(("total_too_low", "total_too_high", "exhausted", "nearly_spent"))


class BudgetFix(Fix):
    """One limit is changed at a time; the other one stays as it is."""

    name = "fix_budget"
    check = "budget"
    place = "campaign_budget"
    refusals = frozenset(("out_of_range", "campaign_ended"))

    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Ask for the limit that failed; a daily one where none is set."""
        finding = (await turn.report(campaign)).finding(self.check)
        kind = "total" if finding.code in _ABOUT_TOTAL else "daily"
        if finding.code == "below_letter_price" and campaign.budget is not None:
            kind = "total" if _daily(campaign) is None else "daily"
        return self._ask(turn, campaign, kind)

    async def pressed(
        self, turn: Turn, campaign: Campaign, what: str, argument: str
    ) -> Outcome | None:
        """A quick amount, or the other kind of limit."""
        if what == "kind" and argument in ("daily", "total"):
            return self._ask(turn, campaign, argument)
        if what in ("daily", "total") and argument.isdigit() and len(argument) <= 9:
            cents = int(argument)
            return self._chosen(
                turn,
                campaign,
                daily=cents if what == "daily" else None,
                total=cents if what == "total" else None,
            )
        return None

    async def typed(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        """An amount, with or without saying which limit it is for."""
        own = self.own(turn)
        guess = own.get("guess")
        if isinstance(guess, int) and turn.conversation.step == "guess" and is_yes(turn.text):
            return self._for_kind(turn, campaign, self._kind(turn), guess)
        amounts = read_amounts(turn.text)
        if amounts.doubt is not None:
            return None
        if amounts.plain is not None:
            return self._for_kind(turn, campaign, self._kind(turn), amounts.plain)
        return self._chosen(turn, campaign, daily=amounts.daily, total=amounts.total)

    async def misread(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Say what could not be read, and show how an amount looks."""
        amounts = read_amounts(turn.text)
        kind = amounts.period.value if amounts.period else self._kind(turn)
        if amounts.doubt is Doubt.WORDS and amounts.guess is not None:
            return self._guess(turn, campaign, kind, amounts.guess)
        doubt = (amounts.doubt or Doubt.NOTHING).value
        return self.again(
            turn,
            (
                Phrase(f"fix_budget/doubt_{doubt}", _bounds(campaign)),
                Phrase(f"fix_budget/example_{kind}", _bounds(campaign)),
            ),
            campaign=campaign,
            ask=Ask("amount", kind),
            actions=self._quick(campaign, kind),
        )

    def confirmation(self, change: Change, campaign: Campaign) -> Phrase:
        """The new limits."""
        assert isinstance(change, SetBudget)  # noqa: S101  # this fix makes no other change
        return Phrase(
            "fix_budget/saved",
            {"daily": change.daily, "total": change.total, "currency": campaign.currency},
        )

    def _kind(self, turn: Turn) -> str:
        kind = self.own(turn).get("kind")
        return kind if kind in ("daily", "total") else "daily"

    def _ask(self, turn: Turn, campaign: Campaign, kind: str) -> Outcome:
        other = "total" if kind == "daily" else "daily"
        budget = campaign.budget or Budget()
        gone = budget.spent + budget.reserved
        return self.ask(
            turn,
            Phrase(
                f"fix_budget/ask_{kind}",
                {
                    **_bounds(campaign),
                    "daily": budget.daily,
                    "total": budget.total,
                    "gone": gone,
                    "campaign": campaign.name,
                },
            ),
            step="ask",
            ask=Ask("amount", kind),
            actions=(
                *self._quick(campaign, kind),
                Action(f"fix_budget.kind:{other}", Phrase(f"fix_budget/button_kind_{other}")),
            ),
            remember={"kind": kind},
        )

    def _guess(self, turn: Turn, campaign: Campaign, kind: str, cents: int) -> Outcome:
        """``fifty`` is understood but never acted on: money is asked for in figures."""
        return self.ask(
            turn,
            Phrase(f"fix_budget/guess_{kind}", {"cents": cents, "currency": campaign.currency}),
            step="guess",
            ask=Ask("amount", kind),
            actions=(Action(f"fix_budget.{kind}:{cents}", Phrase("buttons/yes"), "primary"),),
            remember={"kind": kind, "guess": cents},
        )

    def _for_kind(self, turn: Turn, campaign: Campaign, kind: str, cents: int) -> Outcome:
        if kind == "total":
            return self._chosen(turn, campaign, total=cents)
        return self._chosen(turn, campaign, daily=cents)

    def _chosen(
        self,
        turn: Turn,
        campaign: Campaign,
        *,
        daily: int | None = None,
        total: int | None = None,
    ) -> Outcome:
        """The chosen limit beside the one that stays, as before and after; or why it can't be."""
        problem = _problem(campaign, daily=daily, total=total)
        kind = "daily" if daily is not None else "total"
        if problem is not None:
            return self.again(
                turn,
                (
                    Phrase(f"fix_budget/bad_{problem}", _bounds(campaign)),
                    Phrase(f"fix_budget/example_{kind}", _bounds(campaign)),
                ),
                campaign=campaign,
                ask=Ask("amount", kind),
                actions=self._quick(campaign, kind),
            )
        before = campaign.budget or Budget()
        new = SetBudget(
            campaign_id=campaign.id,
            daily=before.daily if daily is None else daily,
            total=before.total if total is None else total,
        )
        price = campaign.letter_price
        return self.propose(
            turn,
            new,
            Phrase(
                "fix_budget/confirm",
                {
                    "campaign": campaign.name,
                    "currency": campaign.currency,
                    "daily_before": before.daily,
                    "total_before": before.total,
                    "daily": new.daily,
                    "total": new.total,
                    "letters_daily": _letters(new.daily, price),
                    "letters_total": _letters(_left(campaign, new.total), price),
                },
            ),
            remember={"kind": kind},
        )

    def _quick(self, campaign: Campaign, kind: str) -> tuple[Action, ...]:
        """A few good amounts: in range, above one letter's price, and not what is there already."""
        budget = campaign.budget or Budget()
        gone = budget.spent + budget.reserved
        if kind == "daily":
            amounts = [a for a in _QUICK_DAILY if a != budget.daily]
            fitting = [a for a in amounts if _problem(campaign, daily=a) is None]
        else:
            base = max(budget.total or 0, gone)
            amounts = [base + more for more in _QUICK_MORE] if gone else list(_QUICK_TOTAL)
            fitting = [
                a for a in amounts if a != budget.total and _problem(campaign, total=a) is None
            ]
        return tuple(
            Action(
                f"fix_budget.{kind}:{cents}",
                Phrase(
                    f"fix_budget/button_{kind}",
                    {
                        "cents": cents,
                        "currency": campaign.currency,
                        "letters": _letters(
                            cents if kind == "daily" else _left(campaign, cents),
                            campaign.letter_price,
                        ),
                    },
                ),
            )
            for cents in fitting[:_MOST_BUTTONS]
        )


def _daily(campaign: Campaign) -> int | None:
    return campaign.budget.daily if campaign.budget else None


def _problem(
    campaign: Campaign, *, daily: int | None = None, total: int | None = None
) -> str | None:
    """A code of the budget check, or ``already_spent``: the chat refuses what the check would."""
    price = campaign.letter_price if campaign.letter_price and campaign.letter_price > 0 else None
    if daily is not None and (code := daily_problem(daily, letter_price=price)):
        return code
    if total is None:
        return None
    if code := total_problem(total, letter_price=price):
        return code
    left = _left(campaign, total)
    return "already_spent" if left is not None and left < (price or 1) else None


def _left(campaign: Campaign, total: int | None) -> int | None:
    if total is None:
        return None
    budget = campaign.budget or Budget()
    return total - budget.spent - budget.reserved


def _letters(cents: int | None, price: int | None) -> int | None:
    """How many letters an amount pays for; without a price nothing is said about letters."""
    if cents is None or not price or price < 0:
        return None
    return max(cents, 0) // price


def _bounds(campaign: Campaign) -> dict[str, object]:
    budget = campaign.budget or Budget()
    return {
        "currency": campaign.currency,
        "price": campaign.letter_price,
        "gone": budget.spent + budget.reserved,
        "daily_min": DAILY_MIN,
        "daily_max": DAILY_MAX,
        "total_max": TOTAL_MAX,
    }
