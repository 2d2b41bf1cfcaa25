"""Who leads and who coordinates: the FAQ tells it from the roles, and says so where nobody is entered."""

from inline_snapshot import snapshot
from sqlalchemy import delete

from storage.tables import RoleGrant
from tests.dialog import Dialog


async def test_a_group_names_its_leads_or_says_that_none_is_entered(dialog: Dialog) -> None:
    assert "Leitung: @lena:test" in await dialog.say("anna", "plenum", "!faq Was macht die AG 3 Finanzen?")
    assert "Leitung: hier nicht hinterlegt." in await dialog.say("anna", "plenum", "!faq Was macht die AG 5 Technik?")


async def test_who_leads_a_group_comes_from_the_roles(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "direkt:anna", "Wer leitet die AG 3?")) == snapshot("""\
Wer leitet die Arbeitsgruppen?
AG 3 Finanzen: @lena:test

Quelle: Angabe des Betreibers dieses Bots
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_a_group_without_a_lead_says_so_and_where_to_ask(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "direkt:anna", "Wer leitet die AG 4?")) == snapshot("""\
Wer leitet die Arbeitsgruppen?
AG 4 Kommunikation: hier nicht hinterlegt.
Auskunft gibt es auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de.

Quelle: Angabe des Betreibers dieses Bots
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_who_leads_the_groups_lists_them_all(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "direkt:anna", "Wer leitet die Arbeitsgruppen?")) == snapshot("""\
Wer leitet die Arbeitsgruppen?
AG 1 Kooperationsmodell: hier nicht hinterlegt.
AG 2 Strategie und Umsetzung: @lukas:test
AG 3 Finanzen: @lena:test
AG 4 Kommunikation: hier nicht hinterlegt.
AG 5 Technik: hier nicht hinterlegt.
Auskunft gibt es auf https://ozg.sachsen-anhalt.de/ oder unter ozg@sachsen-anhalt.de.

Quelle: Angabe des Betreibers dieses Bots
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_who_coordinates_comes_from_the_roles(dialog: Dialog) -> None:
    assert str(await dialog.say("anna", "direkt:anna", "Wer ist die Koordination?")) == snapshot("""\
Wer ist die Koordination?
Koordination hier im Chat: @karin:test, @kurt:test. Weitere Wege zeigt !kontakt.

Quelle: Angabe des Betreibers dieses Bots
Hat das geholfen? 👍 oder 👎. Sonst fragen Sie eine Arbeitsgruppe (!frage AG3 Ihre Frage) oder einen Menschen (!mensch).\
""")


async def test_where_no_people_are_known_that_is_said(dialog: Dialog) -> None:
    async with dialog.database.transaction() as session:
        await session.execute(delete(RoleGrant))
    answers = [
        (await dialog.say("anna", "plenum", f"!faq {question}")).split("\n")[1]
        for question in ("Wer leitet die Arbeitsgruppen?", "Wer ist die Koordination?")
    ]
    assert answers == snapshot(
        [
            "Wer die Arbeitsgruppen leitet, ist dem Bot nicht bekannt. Bitte fragen Sie unter ozg@sachsen-anhalt.de nach.",
            "Wer die Koordination ist, ist dem Bot nicht bekannt. Was er an Adressen kennt, zeigt !kontakt.",
        ]
    )
