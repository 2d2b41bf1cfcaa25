"""The digest in conversation: what is to be decided first, once a week, and nothing about any person."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from inline_snapshot import snapshot
from sqlalchemy import select, update

from commands.digest.contents import Contents, DateLine, OpenQuestion, Unclosed, Window
from commands.texts.digest import digest as as_text
from storage import calendar, digests, health, history, notices, sync
from storage.digests import Counts
from storage.tables import DigestWindow, FaqEntry, NoticeKind, Question
from tests.dialog import MONDAY, Answer, Dialog

NEXT = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
"""The first digest after the bot's first start: Monday, 08:00 in Berlin."""


async def windows(dialog: Dialog) -> list[tuple[datetime, datetime]]:
    async with dialog.database.reading() as session:
        found = await session.scalars(select(DigestWindow).order_by(DigestWindow.id))
        return [(each.since, each.until) for each in found]


async def ring(dialog: Dialog, now: datetime) -> list[Answer]:
    dialog.now = now
    return [each for each in await dialog.ring() if "Überblick" in each]


async def ask(dialog: Dialog, group: int, text: str, *, due: date | None = None) -> None:
    await dialog.hear("anna", "plenum", f"!frage AG{group} {text}")
    if due is not None:
        async with dialog.database.transaction() as session:
            await session.execute(update(Question).where(Question.text == text).values(due_on=due))


async def digest_rooms(dialog: Dialog, *rooms: str) -> None:
    changed = dialog.config.digest.model_copy(update={"rooms": rooms})
    dialog.config = dialog.config.model_copy(update={"digest": changed})
    await dialog.restart()


async def test_an_empty_week_is_one_honest_line(dialog: Dialog) -> None:
    [answer] = await ring(dialog, NEXT)
    assert answer.room == "koordination"
    assert str(answer) == snapshot("""\
Überblick: Mo 30.11.2026, 08:00 Uhr
Nichts zu entscheiden, nichts Neues seit Mo 23.11.2026, 10:00 Uhr; keine Frage ist offen.\
""")


async def test_it_opens_with_what_is_to_be_decided(dialog: Dialog) -> None:
    await ask(dialog, 3, "Wer zahlt nach der Anschubfinanzierung?", due=date(2026, 11, 24))
    await ask(dialog, 1, "Wie binden wir die KITU ein?", due=date(2026, 11, 27))
    await ask(dialog, 3, "Bis wann steht das Modell?", due=date(2026, 12, 2))
    await ask(dialog, 5, "Welche Schnittstelle gilt?")
    await ask(dialog, 2, "Eine, die sich erledigt hat")
    await dialog.hear("anna", "plenum", "!zurückziehen AG2-001")
    await ask(dialog, 2, "Eine, die beantwortet wird")
    await dialog.hear("lukas", "ag2", "!antwort AG2-002 Ja.")
    async with dialog.database.transaction() as session:
        event = await calendar.add(
            session, calendar.PLENARY, number=4, starts=datetime(2026, 12, 10, 10), title="Ausblick", at=dialog.now
        )
        for what in ("angelegt", "verschoben"):
            await history.add(session, f"calendar:{event.id}", what, at=dialog.now, actor="@karin:test")
        await notices.add(session, event, NoticeKind.SKIPPED, ["!a", "!b"], at=dialog.now, distance="14d")
    [answer] = await ring(dialog, NEXT)
    assert str(answer) == snapshot("""\
Überblick: Mo 30.11.2026, 08:00 Uhr

Zu entscheiden: 2 Fragen überfällig

- AG3-001, seit 6 Tagen überfällig, vor 7 Tagen gestellt: Wer zahlt nach der Anschubfinanzierung?
- AG1-001, seit 3 Tagen überfällig, vor 7 Tagen gestellt: Wie binden wir die KITU ein?

Diese Woche fällig: 1 Frage

- AG3-002, bis Mi 02.12.2026: Bis wann steht das Modell?

Offen insgesamt: 4 Fragen. Alle zeigt !fragen

Neu seit Mo 23.11.2026, 10:00 Uhr

- Fragen gestellt: 6 (AG 1: 1, AG 2: 2, AG 3: 2, AG 5: 1)
- Fragen beantwortet: 1 (AG 2: 1)
- Fragen zurückgezogen: 1 (AG 2: 1)
- Zuletzt gestellt: AG2-002 Eine, die beantwortet wird
- Zuletzt gestellt: AG5-001 Welche Schnittstelle gilt?
- Plenum 4: angelegt, verschoben, Do 10.12.2026, 10:00 Uhr
- Ausgelassene Erinnerungen: 1

Nächste Termine

- Do 10.12.2026, 10:00 Uhr: Plenum 4\
""")


async def test_it_is_quiet_and_mentions_nobody(dialog: Dialog) -> None:
    [answer] = await ring(dialog, NEXT)
    assert answer.content["msgtype"] == "m.notice"
    assert answer.mentions == []


async def test_no_person_is_named(dialog: Dialog) -> None:
    await ask(dialog, 3, "Wer zahlt?", due=date(2026, 11, 24))
    await dialog.hear("lena", "ag3", "!antwort AG3-001 Wir.")
    [answer] = await ring(dialog, NEXT)
    assert not [person for person in ("anna", "lena", "@") if person in answer]


async def test_before_its_time_there_is_none(dialog: Dialog) -> None:
    """The Monday on which the bot first started was half over: its digest was due before there was a bot."""
    assert await ring(dialog, MONDAY) == []
    assert await ring(dialog, NEXT - timedelta(seconds=1)) == []
    assert await windows(dialog) == []


async def test_it_comes_once_however_often_the_clock_rings(dialog: Dialog) -> None:
    assert len(await ring(dialog, NEXT)) == 1
    for minutes in (0, 1, 60, 600):
        assert await ring(dialog, NEXT + timedelta(minutes=minutes)) == []
    await dialog.restart()
    assert await ring(dialog, NEXT + timedelta(days=6)) == []
    assert await windows(dialog) == [(MONDAY, NEXT)]


async def test_week_after_week_the_windows_tile(dialog: Dialog) -> None:
    for week in range(5):
        assert len(await ring(dialog, NEXT + timedelta(weeks=week, minutes=week))) == 1
    edges = [MONDAY, *(NEXT + timedelta(weeks=week) for week in range(5))]
    assert await windows(dialog) == list(pairwise(edges))


async def test_after_three_weeks_down_one_digest_covers_the_whole_gap(dialog: Dialog) -> None:
    await ring(dialog, NEXT)
    await ask(dialog, 3, "Gestellt, bevor der Bot ausfiel?")
    await dialog.stop()
    dialog.now = NEXT + timedelta(weeks=3, hours=3)
    await dialog.start()
    await dialog.ring()  # the second ring: it rang at the start
    told = [each for each in dialog._said() if each.startswith("Überblick") and "nachgeholt" in each]
    assert len(told) == 1
    assert told[0].startswith("Überblick: Mo 21.12.2026, 08:00 Uhr (nachgeholt)")
    assert "Neu seit Mo 30.11.2026, 08:00 Uhr" in told[0]
    assert "Fragen gestellt: 1 (AG 3: 1)" in told[0]
    assert await windows(dialog) == [(MONDAY, NEXT), (NEXT, NEXT + timedelta(weeks=3))]


async def test_within_an_hour_it_is_not_late(dialog: Dialog) -> None:
    [answer] = await ring(dialog, NEXT + timedelta(hours=1))
    assert "nachgeholt" not in answer


async def test_nothing_of_a_window_is_told_again_in_the_next(dialog: Dialog) -> None:
    await ask(dialog, 3, "Nur einmal neu?")
    [first] = await ring(dialog, NEXT)
    [second] = await ring(dialog, NEXT + timedelta(weeks=1))
    assert "Fragen gestellt: 1" in first
    assert "Fragen gestellt" not in second


async def test_a_question_of_the_last_second_is_in_the_next_digest(dialog: Dialog) -> None:
    """A window ends before the instant it is named after."""
    dialog.now = NEXT
    await dialog.hear("anna", "plenum", "!frage AG3 Pünktlich um acht?")
    assert not [each for each in await ring(dialog, NEXT) if "gestellt" in each]
    [following] = await ring(dialog, NEXT + timedelta(weeks=1))
    assert "Fragen gestellt: 1" in following


async def test_a_group_gets_a_digest_of_its_own(dialog: Dialog) -> None:
    await digest_rooms(dialog, "coordination", "group 3")
    await ask(dialog, 3, "Wer zahlt danach?", due=date(2026, 11, 24))
    await ask(dialog, 5, "Welche Schnittstelle?")
    answers = {each.room: str(each) for each in await ring(dialog, NEXT)}
    assert set(answers) == {"koordination", "ag3"}
    assert answers["ag3"] == snapshot("""\
Überblick der AG 3: Mo 30.11.2026, 08:00 Uhr

Zu entscheiden: 1 Frage überfällig

- AG3-001, seit 6 Tagen überfällig, vor 7 Tagen gestellt: Wer zahlt danach?

Offen insgesamt: 1 Frage. Alle zeigt !fragen AG3

Neu seit Mo 23.11.2026, 10:00 Uhr

- Fragen gestellt: 1 (AG 3: 1)
- Zuletzt gestellt: AG3-001 Wer zahlt danach?\
""")


async def test_parked_messages_are_trouble_for_the_coordination(
    dialog: Dialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    parked = health.Parked(kind="message", room_id="!x", reason="forbidden", count=2)
    state = health.Health(waiting_in=0, waiting_out=0, unreadable=1, parked_in=(), parked_out=(parked,))

    async def read(session: object) -> health.Health:
        return state

    monkeypatch.setattr(health, "read", read)
    [answer] = await ring(dialog, NEXT)
    assert "Störungen: 2 Nachrichten zurückgestellt, 1 Nachricht nicht entschlüsselt. Mehr: !status" in answer


async def test_a_deleted_text_is_not_shown(dialog: Dialog) -> None:
    await ask(dialog, 3, "Geheime Frage?", due=date(2026, 11, 24))
    async with dialog.database.transaction() as session:
        await session.execute(update(Question).values(text=None))
    [answer] = await ring(dialog, NEXT)
    assert "(Text gelöscht)" in answer


async def test_what_people_typed_is_text_and_no_markup(dialog: Dialog) -> None:
    await ask(dialog, 3, "<b>fett</b> @room `x` [y](https://y.z)", due=date(2026, 11, 24))
    [answer] = await ring(dialog, NEXT)
    assert "&lt;b&gt;" in answer.html
    assert "@room" not in answer
    assert "<a" not in answer.html


class TestOnDemand:
    """`!digest`: the same until now, and the next one comes as planned."""

    async def test_a_coordinator_sees_everything_until_now(self, dialog: Dialog) -> None:
        await ask(dialog, 3, "Wer zahlt?")
        dialog.now = MONDAY + timedelta(days=1)
        assert str(await dialog.say("karin", "koordination", "!digest")) == snapshot("""\
Zwischenstand: Di 24.11.2026, 10:00 Uhr

Zu entscheiden: nichts.

Offen insgesamt: 1 Frage. Alle zeigt !fragen

Neu seit Mo 23.11.2026, 10:00 Uhr

- Fragen gestellt: 1 (AG 3: 1)
- Zuletzt gestellt: AG3-001 Wer zahlt?\
""")
        assert await windows(dialog) == []

    async def test_it_begins_where_the_last_digest_ended_and_moves_nothing(self, dialog: Dialog) -> None:
        await ask(dialog, 3, "Vorige Woche gestellt?")
        await ring(dialog, NEXT)
        dialog.now = NEXT + timedelta(days=1)
        answer = await dialog.say("karin", "koordination", "!digest")
        assert "seit Mo 30.11.2026, 08:00 Uhr" in answer
        assert "gestellt:" not in answer
        assert await windows(dialog) == [(MONDAY, NEXT)]

    async def test_a_group_without_digests_counts_from_the_coordinations(self, dialog: Dialog) -> None:
        await ring(dialog, NEXT)
        dialog.now = NEXT + timedelta(days=1)
        answer = await dialog.say("karin", "koordination", "!digest AG3")
        assert answer.startswith("Zwischenstand der AG 3: Di 01.12.2026, 08:00 Uhr")
        assert "seit Mo 30.11.2026, 08:00 Uhr" in answer

    @pytest.mark.parametrize("text", ["!digest", "!digest AG3", "!digest 3", "!digest ag-3"])
    async def test_a_lead_sees_the_own_group(self, dialog: Dialog, text: str) -> None:
        await ask(dialog, 5, "Nicht für AG 3?")
        answer = await dialog.say("lena", "direkt:lena", text)
        assert answer.startswith("Zwischenstand der AG 3")
        assert "AG 5" not in answer

    async def test_in_a_groups_room_it_is_that_groups(self, dialog: Dialog) -> None:
        assert (await dialog.say("karin", "ag2", "!digest")).startswith("Zwischenstand der AG 2")

    @pytest.mark.parametrize(
        "who, text, answer",
        [
            ("anna", "!digest", "Das darf nur die Leitung einer AG oder die Koordination."),
            ("lukas", "!digest AG3", "Das darf nur die Leitung der AG 3 oder die Koordination."),
            ("karin", "!digest AG9", "Eine AG 9 gibt es nicht. Es gibt AG 1, AG 2, AG 3, AG 4, AG 5."),
            ("karin", "!digest AG3 bitte", "Bitte nennen Sie nur die AG, zum Beispiel: !digest AG3"),
            ("karin", "!digest <b>@room</b>", "Bitte nennen Sie nur die AG, zum Beispiel: !digest AG3"),
            ("karin", f"!digest {'x' * 60_000}", "Bitte nennen Sie nur die AG, zum Beispiel: !digest AG3"),
            ("karin", "!digest \u202e3\u202c", "Bitte nennen Sie nur die AG, zum Beispiel: !digest AG3"),
        ],
        ids=["participant", "other lead", "unknown", "more", "markup", "long", "right to left"],
    )
    async def test_what_does_not_fit_gets_the_next_step(self, dialog: Dialog, who: str, text: str, answer: str) -> None:
        said = await dialog.say(who, "plenum", text)
        assert said.startswith(answer)
        assert len(said) < 400
        assert "<b>" not in said.html

    async def test_a_lead_of_two_groups_names_one(self, dialog: Dialog) -> None:
        people = dialog.config.people
        changed = people.model_copy(update={"leads": {**people.leads, 2: ("@lena:test",)}})
        dialog.config = dialog.config.model_copy(update={"people": changed})
        await dialog.restart()
        assert (await dialog.say("lena", "plenum", "!digest")).startswith(
            "Bitte nennen Sie die AG, zum Beispiel: !digest AG2"
        )


def test_the_fullest_digest_fits_a_phone() -> None:
    """The rest is counted: at most 30 lines that hold something, none longer than 160 characters."""
    question = OpenQuestion(ref="AG3-017", text="Wort " * 80, due_on=date(2026, 11, 24), overdue_days=9, age_days=30)
    per_group = dict.fromkeys(range(1, 6), 20)
    dates: Sequence[DateLine] = [
        DateLine(name="Plenum 4", when="Do 10.12.2026, 10:00–12:00 Uhr", what="verschoben")
    ] * 9
    text = as_text(
        Contents(
            overdue=[question] * 30,
            due_this_week=[question] * 30,
            open_count=90,
            in_review=2,
            parked=3,
            unreadable=2,
            counts=Counts(asked=per_group, answered=per_group, withdrawn=per_group, refused=per_group),
            newest=[question] * 2,
            changes=dates,
            skipped_reminders=4,
            next_dates=dates,
            unclosed=[Unclosed(number=104, day=date(2026, 11, 24), material=["Wort " * 20] * 9)] * 9,
        ),
        Window(since=MONDAY, until=NEXT),
        now=NEXT,
        group=None,
        interim=False,
        late=True,
        prefix="!",
    )
    lines = [line for line in text.split("\n") if line]
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 160
    assert "- und 26 weitere" in lines


async def test_the_first_start_is_where_the_first_window_begins(dialog: Dialog) -> None:
    async with dialog.database.reading() as session:
        position = await sync.get(session)
        assert position is not None
        assert await digests.last_until(session) is None
    [_] = await ring(dialog, NEXT)
    [(since, _until)] = await windows(dialog)
    assert since == position.first_started_at


async def test_of_a_series_the_digest_names_the_next_date_only(dialog: Dialog) -> None:
    await dialog.say("anna", "ag3", "!frage Wer zahlt das?")
    await dialog.say("lena", "ag3", "!termin neu mittwochs 10:00-11:00")
    await dialog.hear("lena", "ag3", "!ja")
    dialog.now += timedelta(minutes=1)
    assert (await dialog.say("karin", "koordination", "!digest")).count("Sitzung der AG 3") == 1


async def test_what_waits_for_a_person_and_what_was_asked_in_vain(dialog: Dialog) -> None:
    """What other features have to say stands in the digest of the coordination, not in those of the groups."""
    await digest_rooms(dialog, "coordination", "group 3")
    await dialog.hear("anna", "direkt:anna", "!mensch")
    for text in ("Wie hoch ist die Grundsteuer?", "wie hoch ist denn die grundsteuer", "Wo ist die Kantine?"):
        await dialog.hear("ben", "direkt:ben", text)
    async with dialog.database.transaction() as session:
        await session.execute(update(FaqEntry).where(FaqEntry.slug == "efa").values(review_on=date(2026, 11, 24)))
    whole, group = sorted(await ring(dialog, NEXT), key=lambda each: each.room, reverse=True)
    assert str(whole) == snapshot("""\
Überblick: Mo 30.11.2026, 08:00 Uhr

Auf einen Menschen warten: 1 Person, überfällig. Mehr: !mensch offen

Antworten prüfen: 1 Eintrag, zum Beispiel „Was bedeutet EfA?“. Alle zeigt !faq einträge

Ohne Antwort in den häufigen Fragen: 3 Fragen, zum Beispiel „wie hoch ist denn die grundsteuer“ (2-mal). Mehr: !faq lücken\
""")
    assert "Mensch" not in group
    assert "Grundsteuer" not in group
    dialog.now = NEXT + timedelta(hours=1)
    assert "Grundsteuer" not in await dialog.say("karin", "koordination", "!digest"), "it was said"
