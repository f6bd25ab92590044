"""The shops of the demo as data: each with its own trouble."""

from dataclasses import replace
from datetime import datetime

from api.sandbox.demo_parts import DemoMerchant, Workshop, source
from diagnostics.account import (
    Account,
    BillingStatus,
    Budget,
    CampaignState,
    Payment,
    PaymentMethod,
    SourceStatus,
    SourceType,
    Template,
    TemplateStatus,
)


def shops(now: datetime) -> tuple[DemoMerchant, ...]:
    """All shops, as of ``now``."""
    workshop = Workshop(now)
    return (*_one_trouble(workshop), *_several_troubles(workshop), *_other_answers(workshop))


def _one_trouble(workshop: Workshop) -> tuple[DemoMerchant, ...]:
    """Every check fails somewhere alone, some in more than one way."""
    return (
        workshop.merchant(
            "vesna",
            "Ольга Вернер",
            "ru",
            "a card that expired last month",
            workshop.shop("vesna", "Vesna Deko", "030 23125101", "Lindenallee 14, 10115 Berlin"),
            card=workshop.card("vesna", months=-1),
        ),
        workshop.merchant(
            "honig",
            "Martin Brunner",
            "de",
            "no template chosen, two are ready",
            workshop.shop(
                "honig",
                "Honigladen Brunner",
                "089 99998101",
                "Imkerweg 3, 80331 München",
                campaign="Winterpost an Stammkunden",
                template_id=None,
            ),
        ),
        workshop.merchant(
            "northlight",
            "Grace Adeyemi",
            "en",
            "a shop that was never synchronised",
            workshop.shop(
                "northlight",
                "Northlight Candles",
                "040 66969101",
                "Speicherkai 8, 20457 Hamburg",
                campaign="We miss you",
                people=0,
                sources=(source("northlight", SourceType.SHOPIFY, "northlight.myshopify.com"),),
            ),
        ),
        workshop.merchant(
            "chai",
            "Тимур Хасанов",
            "ru",
            "no budget",
            workshop.shop(
                "chai",
                "Чайная лавка «Самовар»",
                "0221 4710200",
                "Am Rheinufer 21, 50667 Köln",
                campaign="Повторный заказ чая",
                budget=None,
            ),
        ),
        workshop.merchant(
            "fahrrad",
            "Jonas Petersen",
            "de",
            "a sender address without a house number",
            workshop.shop(
                "fahrrad",
                "Fahrradwerk Nord",
                "040 66969102",
                "Werftstraße , 22767 Hamburg",
                campaign="Inspektion im Frühjahr",
            ),
        ),
        workshop.merchant(
            "fern",
            "Emily Clarke",
            "en",
            "a phone number that is nobody's",
            replace(
                workshop.shop(
                    "fern",
                    "Little Fern Studio",
                    "12345",
                    "Gartenstraße 5, 04109 Leipzig",
                    campaign="Plant care follow-up",
                ),
            ),
        ),
        workshop.merchant(
            "keramik",
            "Sophie Lang",
            "de",
            "two cards, none of them the default",
            workshop.shop(
                "keramik",
                "Keramik am Markt",
                "0171 3920020",
                "Marktgasse 2, 99084 Erfurt",
                campaign="Neue Kollektion",
            ),
            payment=Payment(
                methods=(
                    workshop.card("keramik", months=20),
                    workshop.card("keramik", months=8, number=2, brand="mastercard", last4="4444"),
                )
            ),
        ),
        workshop.merchant(
            "knigi",
            "Анна Фридман",
            "ru",
            "the chosen template was archived",
            workshop.shop(
                "knigi",
                "Книжная полка",
                "069 90009101",
                "Mainzer Gasse 9, 60311 Frankfurt am Main",
                campaign="Новинки осени",
                template_id="knigi-archived",
                templates=(
                    Template(
                        id="knigi-archived",
                        name="Осень прошлого года",
                        status=TemplateStatus.ARCHIVED,
                    ),
                    Template(id="knigi-autumn", name="Осенние новинки"),
                    Template(id="knigi-draft", name="Новый год", status=TemplateStatus.DRAFT),
                ),
            ),
        ),
        workshop.merchant(
            "wolle",
            "Heike Sommer",
            "de",
            "no source of recipients: a CSV file helps",
            workshop.shop(
                "wolle",
                "Wollstube Sommer",
                "0171 3920021",
                "Königsweg 17, 90402 Nürnberg",
                campaign="Stricktreff im Advent",
                people=0,
                sources=(),
            ),
        ),
        workshop.merchant(
            "sport",
            "Дмитрий Ланге",
            "ru",
            "billing overdue: a charge failed for good",
            workshop.shop(
                "sport",
                "Sportpunkt24",
                "0171 3920022",
                "Rheinallee 40, 40213 Düsseldorf",
                campaign="Возвращение покупателей",
            ),
            payment=Payment(
                default_method_id="pm_sport_1",
                methods=(workshop.card("sport", months=14),),
                billing_status=BillingStatus.OVERDUE,
            ),
        ),
    )


def _several_troubles(workshop: Workshop) -> tuple[DemoMerchant, ...]:
    """Three things to fix one after the other, in each language; and a bare workspace."""
    shows = "three failures: an expired card, no budget, no sender address"
    return (
        *(
            workshop.merchant(
                key,
                owner,
                locale,
                shows,
                replace(
                    workshop.shop(key, company, phone, None, campaign=campaign, budget=None),
                    sender_addresses=(),
                ),
                card=workshop.card(key, months=-2),
            )
            for key, owner, locale, company, phone, campaign in (
                (
                    "kaffee",
                    "Lukas Hartmann",
                    "de",
                    "Kaffeerösterei Hartmann",
                    "030 23125102",
                    "Röstung des Monats",
                ),
                (
                    "lavka",
                    "Мария Шульц",
                    "ru",
                    "Лавка рукоделия",
                    "089 99998102",
                    "Скидка на пряжу",
                ),
                (
                    "harbour",
                    "Tom Whitfield",
                    "en",
                    "Harbour Supply",
                    "040 66969103",
                    "Spring restock",
                ),
            )
        ),
        workshop.merchant(
            "studio",
            "Nina Rossi",
            "en",
            "a new workspace: profile first, then the payment method",
            replace(
                workshop.shop(
                    "studio",
                    None,
                    None,
                    "Kastanienweg 30, 70173 Stuttgart",
                    campaign="First letter",
                    budget=None,
                ),
                profile=None,
                payment=None,
            ),
            customer=False,
        ),
    )


def _other_answers(workshop: Workshop) -> tuple[DemoMerchant, ...]:
    """What is neither plainly red nor plainly green."""
    return (
        workshop.merchant(
            "lumen",
            "Clara Vogt",
            "de",
            "Stripe does not answer: the payment is unknown",
            workshop.shop(
                "lumen",
                "Lumen Leuchten",
                "0171 3920010",
                "Lichthof 6, 01067 Dresden",
                campaign="Lampen fürs Kinderzimmer",
            ),
            customer="cus_silent_lumen",
        ),
        workshop.merchant(
            "garten",
            "Peter Adler",
            "de",
            "all green: ready to launch",
            workshop.shop(
                "garten",
                "Gartenglück Adler",
                "030 23125103",
                "Rosenweg 11, 14467 Potsdam",
                campaign="Frühlingszwiebeln",
            ),
            payment=Payment(
                default_method_id="pm_garten_1",
                methods=(
                    PaymentMethod(
                        id="pm_garten_1", type="sepa_debit", last4="3000", mandate="active"
                    ),
                ),
            ),
        ),
        workshop.merchant(
            "matreshka",
            "Екатерина Мороз",
            "ru",
            "several campaigns, each in another state",
            _several_campaigns(workshop),
        ),
        workshop.merchant(
            "spielwaren",
            "Andrea Keller",
            "de",
            "a running campaign that has spent its budget",
            workshop.shop(
                "spielwaren",
                "Spielwaren Keller",
                "0171 3920023",
                "Planken 50, 68161 Mannheim",
                campaign="Geburtstagsgruß",
                state=CampaignState.ACTIVE,
                budget=Budget(total=500_00, spent=487_90, reserved=12_10),
            ),
        ),
        workshop.merchant(
            "brew",
            "Oliver Grant",
            "en",
            "one source broken, another one healthy",
            workshop.shop(
                "brew",
                "Brew & Bean",
                "069 90009102",
                "Kaiserplatz 4, 55116 Mainz",
                campaign="Coffee subscription",
                sources=(
                    workshop.shopify("brew", "brew-and-bean.myshopify.com", 640),
                    source(
                        "brew",
                        SourceType.BILLBEE,
                        "Billbee",
                        number=2,
                        customers=212,
                        status=SourceStatus.ERROR,
                        error="unauthorized",
                    ),
                ),
            ),
        ),
        workshop.merchant(
            "uhren",
            "Frank Meister",
            "de",
            "the card expires at the end of this month",
            workshop.shop(
                "uhren",
                "Uhren Meister",
                "0171 3920024",
                "Turmgasse 1, 93047 Regensburg",
                campaign="Batteriewechsel",
            ),
            card=workshop.card("uhren", months=0),
        ),
    )


def _several_campaigns(workshop: Workshop) -> Account:
    shop = workshop.shop(
        "matreshka",
        "Матрёшка Маркет",
        "0171 3920025",
        "Schlossgarten 22, 76131 Karlsruhe",
        campaign="Письмо через месяц после покупки",
        budget=None,
    )
    draft = shop.campaigns[0]
    running = Budget(daily=60_00, spent=1_310_00)
    others = (
        ("running", "Спасибо за первый заказ", CampaignState.ACTIVE, running),
        ("paused", "Именины", CampaignState.PAUSED, Budget(total=900_00, spent=240_00)),
        ("ended", "Летняя распродажа", CampaignState.ENDED, Budget(total=300_00, spent=299_00)),
    )
    return replace(
        shop,
        campaigns=(
            draft,
            *(
                replace(draft, id=f"matreshka-{key}", name=name, state=state, budget=budget)
                for key, name, state, budget in others
            ),
        ),
    )
