"""Payment method: make another method the default, or go to Stripe's page and come back."""

from collections.abc import Mapping

from bot.dialogue.digest import short
from bot.dialogue.scene import Turn
from bot.dialogue.standing import PERSON, STEP, facts_of, place_link
from bot.dialogue.turn import Action, Audited, Counted, Effect, Link, Outcome, Phrase, Reply
from bot.errors import Conflict, NotFound, Refused, Unavailable
from bot.ports.accounts import SetPaymentCustomer
from bot.ports.payments import Outage, PaymentsUnavailable
from bot.reading.answers import is_done
from bot.scenes.fixes.frame import Fix
from diagnostics.account import Campaign, Payment, PaymentMethod, Unknown
from diagnostics.checks.payment_method import STATUS, condition
from diagnostics.finding import Finding, Status

_MOST_OFFERED = 3


class PaymentMethodFix(Fix):
    """Card numbers never pass through the chat: they are typed on Stripe's own pages."""

    name = "fix_payment_method"
    check = "payment_method"
    place = "billing"
    refusals = frozenset(("payment_before_profile",))

    async def start(self, turn: Turn, campaign: Campaign) -> Outcome:
        """What helps by what is wrong: another default, or a page at Stripe."""
        finding = (await turn.report(campaign)).finding(self.check)
        if finding.status is Status.BLOCKED:
            return Outcome(
                replies=(Reply(phrase=Phrase("fix_payment_method/profile_first")),),
                then="walkthrough.fixed",
            )
        if finding.status is Status.UNKNOWN:
            return self._stripe_silent(turn, campaign)
        return await self._offer(turn, campaign, finding)

    async def pressed(
        self, turn: Turn, campaign: Campaign, what: str, argument: str
    ) -> Outcome | None:
        """A method to charge, a page, or "I've added it"."""
        match what:
            case "default":
                method = next(
                    (m for m in await self._candidates(turn) if short(m.id) == argument), None
                )
                return await self._propose_default(turn, campaign, method) if method else None
            case "added":
                return await self._look_again(turn, campaign)
            case "page":
                finding = (await turn.report(campaign)).finding(self.check)
                return await self._offer(turn, campaign, finding, pages_only=True)
        return None

    async def typed(self, turn: Turn, campaign: Campaign) -> Outcome | None:
        """ "Done" looks again; nothing else is typed here."""
        return await self._look_again(turn, campaign) if is_done(turn.text) else None

    async def misread(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Card details in the chat are the one thing to warn of."""
        digits = sum(sign.isdigit() for sign in turn.text)
        first = "fix_payment_method/no_numbers" if digits >= 8 else "fix_payment_method/use_button"
        return self.again(
            turn,
            (Phrase(first), Phrase("fix_payment_method/how_it_goes")),
            campaign=campaign,
            actions=(
                Action(
                    "fix_payment_method.page", Phrase("fix_payment_method/button_page"), "primary"
                ),
                Action("fix_payment_method.added", Phrase("fix_payment_method/button_added")),
            ),
        )

    # --- offers --------------------------------------------------------------------------------

    async def _offer(
        self, turn: Turn, campaign: Campaign, finding: Finding, *, pages_only: bool = False
    ) -> Outcome:
        candidates = () if pages_only else await self._candidates(turn)
        if finding.code == "overdue":
            candidates = ()
        try:
            link = await self._page(turn, campaign, finding)
        except (PaymentsUnavailable, Conflict):
            return self._stripe_silent(turn, campaign)
        except Refused as refused:
            return self.refused(turn, refused, campaign)
        defaults = tuple(
            Action(
                f"fix_payment_method.default:{short(method.id)}",
                Phrase("fix_payment_method/button_default", _method_values(method)),
                "primary" if index == 0 else "secondary",
            )
            for index, method in enumerate(candidates[:_MOST_OFFERED])
        )
        key = "choose" if defaults else ("overdue" if finding.code == "overdue" else "add")
        return self.ask(
            turn,
            Phrase(f"fix_payment_method/{key}"),
            step="page",
            actions=(
                *defaults,
                link,
                Action("fix_payment_method.added", Phrase("fix_payment_method/button_added")),
            ),
            remember={"before": finding.status.value},
        )

    async def _page(self, turn: Turn, campaign: Campaign, finding: Finding) -> Link:
        """Stripe's page that helps: the portal for what is there, else the one that adds a method."""
        customer_id = await self._customer(turn)
        payments = turn.world.payments
        return_url = turn.world.places.back(campaign.id)
        if finding.code == "overdue":
            url = await payments.portal_link(
                customer_id, return_url=return_url, locale=turn.locale, key=f"{turn.key}:portal"
            )
            return Link(url, Phrase("fix_payment_method/button_portal"), "primary")
        url = await payments.checkout_link(
            customer_id, return_url=return_url, locale=turn.locale, key=f"{turn.key}:checkout"
        )
        return Link(url, Phrase("fix_payment_method/button_stripe"), "primary")

    async def _customer(self, turn: Turn) -> str:
        """The merchant's customer at Stripe; who has none, or a deleted one, gets one now."""
        payment = (await turn.account()).payment
        if isinstance(payment, Unknown):
            # There may well be a customer: a second one would take the merchant's methods away.
            raise PaymentsUnavailable(Outage.TIMEOUT)
        if isinstance(payment, Payment) and payment.customer_id:
            return payment.customer_id
        merchant = await turn.merchant()
        customer_id = await turn.world.payments.create_customer(
            merchant.id, name=merchant.name, email=merchant.email, key=f"{turn.key}:customer"
        )
        await turn.world.accounts.apply(
            merchant.id,
            SetPaymentCustomer(customer_id=customer_id),
            key=f"{turn.key}:payment_customer",
        )
        turn.changed()
        return customer_id

    async def _candidates(self, turn: Turn) -> tuple[PaymentMethod, ...]:
        """Methods that would be fine as the default and are not it."""
        payment = (await turn.account()).payment
        if not isinstance(payment, Payment):
            return ()
        return tuple(
            method
            for method in sorted(payment.methods, key=lambda one: one.id)
            if method.id != payment.default_method_id
            and STATUS[condition(method, today=turn.today)] is Status.PASS
        )

    # --- another default -----------------------------------------------------------------------

    async def _propose_default(
        self, turn: Turn, campaign: Campaign, method: PaymentMethod
    ) -> Outcome:
        payment = (await turn.account()).payment
        assert isinstance(payment, Payment)  # noqa: S101  # the method was found in it
        old = next((m for m in payment.methods if m.id == payment.default_method_id), None)
        return self.propose_stored(
            turn,
            {"kind": "make_default", "method_id": method.id, "previous": old.id if old else None},
            Phrase(
                "fix_payment_method/confirm",
                {"before": _method_values(old) if old else None, "after": _method_values(method)},
            ),
        )

    async def act(self, turn: Turn, campaign: Campaign, stored: object, *, key: str) -> Outcome:
        """Make the method the default, once however often the yes arrives."""
        if not isinstance(stored, Mapping) or stored.get("kind") != "make_default":
            return await self.start(turn, campaign)
        before = (await turn.report(campaign)).finding(self.check)
        method_id, previous = str(stored.get("method_id")), stored.get("previous")
        try:
            done = await self._made_default(turn, method_id, key=f"{key}:default")
        except (Conflict, NotFound):
            return await self.changed_meanwhile(turn, campaign)
        if not done:
            return self._try_again(turn, key)
        effects: list[Effect] = [
            Audited(
                what="make_default",
                before={"default_method_id": previous},
                after={"default_method_id": method_id},
                campaign_id=campaign.id,
            )
        ]
        if await self.went_green(turn, campaign, before):
            effects.append(Counted(kind="check_fixed", values={"check": self.check, "how": "chat"}))
        undo = {"undo": previous} if isinstance(previous, str) else None
        return Outcome(
            remember={self.name: undo, "tried": self.tried(turn)},
            replies=(
                Reply(
                    phrase=Phrase("fix_payment_method/saved"),
                    actions=(Action(f"{self.name}.undo", Phrase("buttons/undo")),) if undo else (),
                    slot=self.name,
                    over=STEP,
                ),
            ),
            effects=tuple(effects),
            then="walkthrough.fixed",
        )

    async def undo(self, turn: Turn, campaign: Campaign) -> Outcome:
        """The previous method is charged again."""
        previous = self.own(turn).get("undo")
        if not isinstance(previous, str):
            return self.nothing_to_undo()
        try:
            done = await self._made_default(turn, previous, key=f"{turn.key}:default:undo")
        except (Conflict, NotFound):
            return self.cannot_undo()
        if not done:
            return self.undo_later()
        return Outcome(
            forget=(self.name,),
            replies=(Reply(phrase=Phrase("fix/undone"), slot=self.name),),
            effects=(
                Audited(
                    what="undo_make_default",
                    before={},
                    after={"default_method_id": previous},
                    campaign_id=campaign.id,
                ),
            ),
            then="walkthrough.fixed",
        )

    async def _made_default(self, turn: Turn, method_id: str, *, key: str) -> bool:
        """Whether Stripe did it; what was kept of the customer is dropped either way."""
        payment = (await turn.account()).payment
        if not isinstance(payment, Payment) or payment.customer_id is None:
            return False
        try:
            await turn.world.payments.make_default(payment.customer_id, method_id, key=key)
        except Unavailable:
            return False
        await turn.world.payments.forget(payment.customer_id)
        turn.changed()
        return True

    # --- after the page ------------------------------------------------------------------------

    async def _look_again(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Ask Stripe afresh; what is there decides, not what was said."""
        payment = (await turn.account()).payment
        if isinstance(payment, Payment) and payment.customer_id:
            await turn.world.payments.forget(payment.customer_id)
            turn.changed()
        finding = (await turn.report(campaign)).finding(self.check)
        own = self.own(turn)
        if finding.status in (Status.PASS, Status.WARN):
            fixed = own.get("before") in (Status.FAIL.value, Status.BLOCKED.value)
            return Outcome(
                forget=(self.name,),
                remember={"tried": self.tried(turn)},
                replies=(
                    Reply(
                        phrase=Phrase("fix_payment_method/found", facts_of(finding)),
                        over=STEP,
                    ),
                ),
                effects=(Counted(kind="check_fixed", values={"check": self.check, "how": "page"}),)
                if fixed
                else (),
                then="walkthrough.fixed",
            )
        if finding.status is Status.UNKNOWN and finding.code == "unavailable":
            return self._stripe_silent(turn, campaign)
        return self._not_there_yet(turn, campaign, finding)

    def _not_there_yet(self, turn: Turn, campaign: Campaign, finding: Finding) -> Outcome:
        misses = self.misses(turn)
        again = Action(
            "fix_payment_method.added", Phrase("fix_payment_method/button_added"), "primary"
        )
        page = Action("fix_payment_method.page", Phrase("fix_payment_method/button_page"))
        values = {**facts_of(finding), "payment_code": finding.code}
        return Outcome(
            scene=self.name,
            step="page",
            remember={self.name: {**self.own(turn), "misses": misses + 1}},
            replies=(
                Reply(
                    phrase=Phrase(f"fix_payment_method/not_yet_{1 + misses % 2}", values),
                    actions=(
                        again,
                        page,
                        place_link(turn, self.place, campaign_id=campaign.id),
                        PERSON,
                    ),
                    slot=STEP,
                ),
            ),
        )

    def _stripe_silent(self, turn: Turn, campaign: Campaign) -> Outcome:
        """Nothing could be asked of Stripe: the Dashboard has the same page."""
        return Outcome(
            scene=self.name,
            step="page",
            replies=(
                Reply(
                    phrase=Phrase("fix_payment_method/stripe_silent"),
                    slot=STEP,
                    actions=(
                        Action(
                            "fix_payment_method.added", Phrase("buttons/check_again"), "primary"
                        ),
                        place_link(turn, self.place, campaign_id=campaign.id),
                        PERSON,
                    ),
                ),
            ),
        )


def _method_values(method: PaymentMethod) -> dict[str, object]:
    return {"type": method.type, "brand": method.brand, "last4": method.last4}
