"""A question's whole life on a real homeserver: five people in the plenary, in a group's room and in direct chats."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.demo import rooms
from bot.demo.people import Heard, Person
from bot.demo.synapse import Homeserver
from tests.synapse.conftest import Meet
from tests.synapse.encrypted_project import START_SECONDS, history, is_trusted, project_with, request
from tests.synapse.plain_project import Introduce, Project, project_on

Json = dict[str, Any]

ASK = "!frage AG3 Wer zahlt nach der Anschubfinanzierung?"
ASK_ALIKE = "!frage AG3 Wer bezahlt nach dem Ende der Anschubfinanzierung?"
ASK_ELSE = "!frage AG3 Welche Register werden zuerst angeschlossen?"


@dataclass
class People:
    """Karin coordinates, lena leads AG 3, anna, ben and kurt take part; all are in the plenary and in AG 3's room."""

    project: Project
    ben: Person
    kurt: Person

    def __post_init__(self) -> None:
        self.anna, self.lena, self.karin = self.project.anna, self.project.lena, self.project.karin
        self.plenary, self.group = self.project.rooms.plenary, self.project.rooms.groups[2]

    async def says(self, person: Person, room: str, text: str) -> Heard:
        """Say it, and return the bot's one answer."""
        asked = await person.say(room, text)
        [answer] = await self.project.answers([asked], person, room)
        return answer

    async def is_told(self, person: Person, room: str, what: str) -> Heard:
        """Wait for the message of the bot that mentions this person and says that."""
        return await person.hears(room, lambda one: self.is_bots(one) and what in one.text and _mentions(one, person))

    async def sees(self, person: Person, room: str, what: str) -> Heard:
        """Wait for a message of the bot, for whomever."""
        return await person.hears(room, lambda one: self.is_bots(one) and what in one.text)

    def is_bots(self, one: Heard) -> bool:
        """Whether it is a message of the bot."""
        return one.sender == self.project.bot_id and one.type == "m.room.message"

    async def direct_chat(self, person: Person) -> str:
        """A direct chat of this person with the bot, which is there and has said good day."""
        room = await person.create_direct(self.project.bot_id)
        await person.hears(room, "Guten Tag")
        return room

    async def votes(self, ref: str) -> str:
        """The first line of what the bot shows of a question; it holds the votes where there are any."""
        return (await self.says(self.karin, self.plenary, f"!frage {ref}")).text.splitlines()[0]

    async def events_of_the_bot(self, room: str) -> list[Json]:
        """Stop the bot in order; all it has sent to a room since, as the homeserver has it."""
        await self.project.bot.stop()
        everybody = (self.karin, self.anna, self.ben, self.kurt)
        reader = next(each for each in everybody if any(one.room == room for one in each.heard()))
        events = await history(self.project.homeserver, reader, room)
        return [event for event in events if event["sender"] == self.project.bot_id]

    async def mentioned(self, what: str, *in_rooms: str) -> Counter[tuple[str, str]]:
        """How often the bot has mentioned whom where in messages that say this, edits excluded; it is stopped."""
        found: Counter[tuple[str, str]] = Counter()
        for room in in_rooms:
            for event in await self.events_of_the_bot(room):
                content = event["content"]
                if what in content.get("body", "") and "m.new_content" not in content:
                    found.update((room, user_id) for user_id in content["m.mentions"].get("user_ids", []))
        return found


def _mentions(one: Heard, person: Person) -> bool:
    return person.user_id in one.mentions


@pytest.fixture
async def people(homeserver: Homeserver, introduce: Introduce, tmp_path: Path) -> AsyncIterator[People]:
    async with project_on(homeserver, introduce, tmp_path) as project:
        ben, kurt = await introduce("Ben"), await introduce("Kurt")
        for person in (ben, kurt):
            await rooms.admit(project.karin, person, project.rooms)
        yield People(project, ben, kurt)


async def test_a_duplicate_is_shown_with_its_receipt_and_a_reaction_makes_it_a_vote(people: People) -> None:
    receipt = await people.says(people.anna, people.plenary, ASK)
    assert "AG3-001" in receipt.text
    assert people.anna.user_id in (await people.sees(people.lena, people.group, "Neue Frage AG3-001")).text

    second = await people.says(people.ben, people.group, ASK_ALIKE)
    assert "Ähnlich:" in second.text
    assert "AG3-001" in second.text.partition("Ähnlich:")[2]
    button = await people.ben.hears(people.group, lambda one: one.type == "m.reaction")
    assert button.relation["event_id"] == second.event_id
    await people.ben.react(people.group, second.event_id, button.relation["key"])
    await people.sees(people.ben, people.group, "AG3-002 ist jetzt mit AG3-001 zusammengeführt")

    assert "1 Stimme" in await people.votes("AG3-001")


async def test_a_vote_counts_once_in_every_skin_tone_and_is_taken_back_with_its_reactions(people: People) -> None:
    receipt = await people.says(people.anna, people.plenary, ASK)
    note = await people.sees(people.kurt, people.group, "Neue Frage AG3-001")
    dark = await people.kurt.react(people.group, note.event_id, "👍🏿")
    plain = await people.kurt.react(people.group, note.event_id, "👍")
    await people.says(people.kurt, people.group, "!frage AG3-001")  # answered after the reactions before it
    assert "1 Stimme" in await people.votes("AG3-001")
    await people.ben.react(people.plenary, receipt.event_id, "👍🏽")
    await people.anna.react(people.plenary, receipt.event_id, "👍🏽")
    await people.says(people.anna, people.plenary, "!frage AG3-001")
    assert "2 Stimmen" in await people.votes("AG3-001")

    await people.kurt.redact(people.group, dark)
    await people.says(people.kurt, people.group, "!frage AG3-001")
    assert "2 Stimmen" in await people.votes("AG3-001")
    await people.kurt.redact(people.group, plain)
    await people.says(people.kurt, people.group, "!frage AG3-001")
    assert "1 Stimme" in await people.votes("AG3-001")
    await people.says(people.ben, people.plenary, "!stimme AG3-001 zurück")
    assert "Stimme" not in await people.votes("AG3-001")


async def test_an_answer_reaches_the_asker_and_all_voters_once_and_is_corrected_in_place(people: People) -> None:
    """Merged before: who asked or voted there hears of it, and gets the answer too."""
    chat = await people.direct_chat(people.kurt)
    await people.says(people.anna, people.plenary, ASK)
    second = await people.says(people.ben, people.group, ASK_ELSE)
    await people.says(people.kurt, chat, "!stimme AG3-002")
    await people.karin.react(people.group, second.event_id, "👍🏼")
    await people.karin.say(people.group, "!stimme AG3-001")
    await people.says(people.karin, people.group, "!stimme AG3-002")

    await people.lena.say(people.group, "!zusammenführen AG3-002 AG3-001")
    for person, room in ((people.ben, people.group), (people.karin, people.group), (people.kurt, chat)):
        told = await people.is_told(person, room, "zusammengeführt")
        assert "AG3-001" in told.text
        assert told.content["msgtype"] == "m.text"
    assert "3 Stimmen" in await people.votes("AG3-001")

    answered = await people.lena.say(people.group, "!antwort AG3-001 Bis 2027 zahlt das Land.")
    places = (
        (people.anna, people.plenary),
        (people.ben, people.group),
        (people.karin, people.group),
        (people.kurt, chat),
    )
    told_at = {
        (room, person.user_id): await people.is_told(person, room, "Bis 2027 zahlt das Land.")
        for person, room in places
    }
    assert set(told_at[people.group, people.ben.user_id].mentions) == {people.ben.user_id, people.karin.user_id}

    await people.lena.edit(people.group, answered, "!antwort AG3-001 Bis 2028 zahlt das Land.")
    for person, room in places:
        await people.is_told(person, room, "wurde berichtigt")
    messages = {one.event_id: (person, one) for (person, _), one in zip(places, told_at.values(), strict=True)}
    assert len(messages) == 3, "one in each room"
    for person, one in messages.values():
        assert "Bis 2028 zahlt das Land." in await as_a_client_shows_it(people, person, one)

    told = await people.mentioned("Bis 2027 zahlt das Land.", people.plenary, people.group, chat)
    assert told == Counter(dict.fromkeys(told_at, 2)), "once with the answer, once with what it said before"
    corrected = await people.mentioned("wurde berichtigt", people.plenary, people.group, chat)
    assert corrected == Counter(dict.fromkeys(told_at, 1))


async def as_a_client_shows_it(people: People, reader: Person, one: Heard) -> str:
    """What a message says now: the homeserver brings its last edit along (client-server API, Aggregations of edits)."""
    await reader.hears(
        one.room,
        lambda edit: edit.sender == people.project.bot_id and edit.relation.get("event_id") == one.event_id,
    )
    path = f"/_matrix/client/v3/rooms/{one.room}/event/{one.event_id}"
    event = await request(people.project.homeserver, reader, "GET", path)
    newest = event["unsigned"]["m.relations"]["m.replace"]
    assert newest["sender"] == people.project.bot_id
    return str(newest["content"]["m.new_content"]["body"])


async def test_who_asks_in_confidence_is_named_nowhere_and_the_answer_finds_them(people: People) -> None:
    chat = await people.direct_chat(people.kurt)
    assert "AG3-001" in (await people.says(people.kurt, chat, ASK)).text
    note = await people.sees(people.ben, people.group, "Neue Frage AG3-001")
    await people.ben.react(people.group, note.event_id, "👍")
    await people.says(people.ben, people.group, "!frage AG3-001")
    await people.says(people.karin, people.plenary, "!fragen AG3")
    await people.says(people.lena, people.group, "!antwort AG3-001 Bis 2027 zahlt das Land.")

    told = await people.is_told(people.kurt, chat, "Bis 2027 zahlt das Land.")
    assert told.mentions == (people.kurt.user_id,)
    await people.is_told(people.ben, people.group, "Bis 2027 zahlt das Land.")
    await people.kurt.react(chat, told.event_id, "👍")
    await people.sees(people.kurt, chat, "AG3-001 ist damit erledigt")
    assert "bestätigt" in await people.votes("AG3-001")

    for room in people.project.rooms.all:
        said = [event for event in await people.events_of_the_bot(room) if event["type"] != "m.room.member"]
        assert people.kurt.user_id not in str(said)
        assert "kurt" not in str(said).lower()


async def test_a_thumb_under_the_answer_confirms_and_a_deletion_takes_away_what_quotes_the_question(
    people: People,
) -> None:
    asked = await people.anna.say(people.plenary, ASK)
    await people.project.answer(asked, people.anna, people.plenary)
    note = await people.sees(people.ben, people.group, "Neue Frage AG3-001")
    await people.ben.react(people.group, note.event_id, "👍")
    await people.says(people.ben, people.group, "!frage AG3-001")
    await people.says(people.lena, people.group, "!antwort AG3-001 Bis 2027 zahlt das Land.")
    told = await people.is_told(people.anna, people.plenary, "Bis 2027 zahlt das Land.")
    await people.is_told(people.ben, people.group, "Bis 2027 zahlt das Land.")
    await people.anna.react(people.plenary, told.event_id, "👍🏽")
    await people.sees(people.anna, people.plenary, "AG3-001 ist damit erledigt")

    await people.anna.redact(people.plenary, asked)
    await people.sees(people.anna, people.plenary, "Der Text von AG3-001 ist auch bei mir gelöscht")

    for room in (people.plenary, people.group):
        messages = [each for each in await people.events_of_the_bot(room) if each["type"] == "m.room.message"]
        assert "Anschubfinanzierung" not in str(messages)
        standing = [each["content"]["body"] for each in messages if each["content"]]
        assert [body for body in standing if "Der Text von AG3-001" not in body] == []
        assert len(messages) > len(standing)
    answer = people.project.answering(asked)
    assert len(list(filter(answer, people.anna.heard(people.plenary)))) == 2, (
        "the receipt, and the word on the deletion"
    )


async def test_in_an_encrypted_room_a_vote_counts_and_a_corrected_answer_can_be_read_in_place(
    meet: Meet, homeserver: Homeserver, tmp_path: Path
) -> None:
    """Today's client (matrix-js-sdk) excludes insecure devices; reactions travel in clear, edits encrypted."""
    anna, ben = await meet("Anna"), await meet("Ben")
    async with project_with(anna, homeserver, tmp_path, groups=3) as project:
        await rooms.admit(anna, ben, project.account.rooms, project.room)
        asked = await ben.say(project.room, ASK)
        receipt = await project.answer(asked, to=ben)
        await anna.react(project.room, receipt.event_id, "👍🏾")
        assert "1 Stimme" in (await project.ask("!frage AG3-001")).splitlines()[0]

        answered = await anna.say(project.room, "!antwort AG3-001 Bis 2027 zahlt das Land.")
        told = await ben.reads(
            project.room, lambda one: one.mentions != () and "Bis 2027" in one.text, timeout=START_SECONDS
        )
        assert set(told.mentions) == {anna.user_id, ben.user_id}
        await anna.edit(project.room, answered, "!antwort AG3-001 Bis 2028 zahlt das Land.")
        edit = await ben.reads(
            project.room, lambda one: one.relation.get("event_id") == told.event_id, timeout=START_SECONDS
        )
        assert edit.relation["rel_type"] == "m.replace"
        assert "Bis 2028 zahlt das Land." in edit.text
        assert is_trusted(told)
        assert is_trusted(edit)
        said = await project.settled()
        assert [event["type"] for event in said] == ["m.room.encrypted"] * len(said)
