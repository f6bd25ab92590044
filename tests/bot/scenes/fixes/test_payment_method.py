"""The payment method in the chat."""

from dataclasses import replace

import pytest

from bot.dialogue.turn import Audited, Counted
from bot.ports.payments import Outage
from diagnostics.account import BillingStatus, Payment, PaymentMethod, Profile, Unknown
from tests.dialogue import Dialogue
from tests.fakes.accounts import CUSTOMER, OLD_VISA, SEPA, VISA, healthy

BROKEN_SEPA = replace(SEPA, mandate="inactive")


async def at_the_question(
    *methods: PaymentMethod, default: str | None = None, billing: BillingStatus = BillingStatus.OK
) -> Dialogue:
    chat = Dialogue(
        healthy(payment=Payment(customer_id=CUSTOMER, billing_status=billing)),
        methods=methods,
        default=default,
    )
    await chat.says("why can't I launch?")
    await chat.press("Fix it here")
    return chat


async def test_without_a_method_stripes_page_is_linked_and_found_again() -> None:
    """The link leads to Stripe; coming back, the chat sees what is there and goes on."""
    chat = await at_the_question()
    chat.sees("Nothing is charged there")
    assert chat.button("Add at Stripe").url in chat.payments.links
    chat.payments.add_customer(CUSTOMER, methods=(VISA,), default=VISA.id)
    await chat.press("Done, check it")
    chat.sees("Stripe confirms: Visa •4242 works", "6 of 6 OK", "ready to launch")
    assert CUSTOMER in chat.payments.forgotten
    assert [e.values for e in chat.effects(Counted)] == [  # type: ignore[union-attr]
        {"check": "payment_method", "how": "page"}
    ]


async def test_what_was_said_does_not_count_but_what_stripe_shows() -> None:
    """ "Done" without a method is answered twice in different words, then a person is at hand."""
    chat = await at_the_question()
    await chat.says("done")
    first = chat.answer
    chat.sees("no payment method yet", "give it a few seconds")
    await chat.press("Done, check it")
    chat.sees("still shows no change")
    assert chat.answer != first
    chat.offers("Talk to a person", "A new link to Stripe")
    assert not chat.effects(Counted)


@pytest.mark.parametrize("methods", [(OLD_VISA, SEPA), (BROKEN_SEPA, VISA)])
async def test_another_good_method_becomes_the_default(methods: tuple[PaymentMethod, ...]) -> None:
    """An expired card or a dead mandate beside a good method needs no page at all."""
    bad, good = methods
    chat = await at_the_question(*methods, default=bad.id)
    await chat.press("Charge")
    chat.sees("Before:", "After:", good.last4 or "")
    assert chat.payments.customers[CUSTOMER].default_method_id == bad.id
    await chat.press("Yes, save it")
    assert chat.payments.customers[CUSTOMER].default_method_id == good.id
    chat.sees("6 of 6 OK")
    assert [(e.what, e.after) for e in chat.effects(Audited)] == [  # type: ignore[union-attr]
        ("make_default", {"default_method_id": good.id})
    ]


async def test_methods_without_a_default_are_offered() -> None:
    """None is marked: each good one can be."""
    chat = await at_the_question(SEPA, VISA)
    chat.offers("Charge SEPA direct debit •3000", "Charge Visa •4242", "Add at Stripe")
    await chat.press("Charge Visa •4242")
    chat.sees("Before: none", "After: Visa •4242")
    await chat.says("yes")
    assert chat.payments.customers[CUSTOMER].default_method_id == VISA.id


async def test_a_dead_method_is_never_offered() -> None:
    """The fix does not lead from one error to the next."""
    chat = await at_the_question(OLD_VISA, BROKEN_SEPA, default=OLD_VISA.id)
    assert not any(label.startswith("Charge") for label in chat.answer_buttons())


async def test_undo_charges_the_old_method_again() -> None:
    """The previous default comes back, and both steps are written down."""
    chat = await at_the_question(OLD_VISA, SEPA, default=OLD_VISA.id)
    await chat.press("Charge")
    await chat.press("Yes, save it")
    await chat.press("Undo")
    chat.sees("back to how it was")
    assert chat.payments.customers[CUSTOMER].default_method_id == OLD_VISA.id


async def test_overdue_leads_to_stripes_portal() -> None:
    """A failed charge is not cured by another default alone: the page for what is there is opened."""
    chat = await at_the_question(VISA, default=VISA.id, billing=BillingStatus.OVERDUE)
    chat.sees("The last charge failed")
    assert "portal" in (chat.button("Open Stripe's page").url or "")


async def test_a_profile_that_is_not_complete_comes_first() -> None:
    """AutoLetter refuses a method before the profile, so the chat does not offer one."""
    chat = Dialogue(healthy(profile=Profile(company_name="Laden")), methods=(), default=None)
    await chat.says("why can't I launch?")
    await chat.press_id("fix_payment_method.change")
    chat.sees("only once your company profile is complete", "no phone number")
    assert chat.payments.links == []


async def test_who_has_no_customer_at_stripe_gets_one() -> None:
    """The new customer is noted at the account's owner before the link is shown."""
    chat = Dialogue(healthy(payment=None), methods=(), default=None)
    await chat.says("why can't I launch?")
    await chat.press("Fix it here")
    payment = chat.account.payment
    assert isinstance(payment, Payment)
    assert payment.customer_id in chat.payments.customers
    assert chat.button("Add at Stripe").url


@pytest.mark.parametrize("outage", list(Outage))
async def test_a_silent_stripe_is_a_kind_answer(outage: Outage) -> None:
    """However Stripe fails, nothing is claimed and the Dashboard's page is offered."""
    chat = Dialogue(healthy(), methods=(), default=None)
    await chat.says("why can't I launch?")
    chat.payments.outage = outage
    await chat.press("Fix it here")
    chat.sees("Stripe does not answer right now", "not your fault")
    chat.sees_not("ready to launch")
    chat.offers("Check again", "Billing", "Talk to a person")


async def test_a_customer_that_can_not_be_looked_at_is_never_replaced() -> None:
    """Silence about a customer is no reason to make a second one."""
    chat = Dialogue(healthy(payment=Unknown(unknown="timeout")))
    await chat.says("why can't I launch?")
    await chat.press_id("fix_payment_method.page")
    chat.sees("Stripe doesn't answer right now", "nothing was changed")
    chat.offers("Billing", "Check again", "Talk to a person")
    assert list(chat.payments.customers) == [CUSTOMER]
    assert chat.accounts.applied == []


async def test_stripe_that_falls_silent_at_the_yes_can_be_tried_again() -> None:
    """The same yes under the same key is safe: one button tries again."""
    chat = await at_the_question(OLD_VISA, SEPA, default=OLD_VISA.id)
    await chat.press("Charge")
    chat.payments.outage = Outage.TIMEOUT
    await chat.press("Yes, save it")
    chat.sees("Nothing is lost")
    chat.payments.outage = None
    assert chat.payments.customers[CUSTOMER].default_method_id == OLD_VISA.id
    await chat.press("Try again")
    chat.sees("6 of 6 OK")


async def test_card_numbers_are_not_wanted_in_the_chat() -> None:
    """Who types a card number is warned, and told how it goes instead."""
    chat = await at_the_question()
    await chat.says("4242 4242 4242 4242")
    chat.sees("Please don't send card or account numbers here")
    await chat.says("why not just here")
    chat.sees_not("Please don't send card")
    chat.offers("Talk to a person")


async def test_a_method_that_vanished_meanwhile_redraws() -> None:
    """The default button of a detached method leads to what there is now."""
    chat = await at_the_question(OLD_VISA, SEPA, default=OLD_VISA.id)
    await chat.press("Charge")
    chat.payments.add_customer(CUSTOMER, methods=(OLD_VISA,), default=OLD_VISA.id)
    await chat.press("Yes, save it")
    chat.sees("changed this in the meantime", "Add a payment method on Stripe's page")
