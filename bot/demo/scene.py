"""The scene: a question finds its answer, a date is planned and moved, and the coordination gets its digest."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.demo.people import PATIENCE_SECONDS, Heard, Person
from bot.demo.stage import BOT_NAME, BotMissing, Stage, working_day_in
from bot.demo.transcript import Transcript
from commands.dates.wording import long_day, plain_day, short_day
from commands.drafting import YES

_AG_3 = 2
_NUMBER = re.compile(r"AG3-\d+")
_PLENARY = re.compile(r"Plenum (?:Nr\. )?(\d+)")


class AnswerMissing(Exception):
    """The bot did not say what it should have said; the message names it."""


@dataclass(frozen=True)
class Scene:
    """The stage, and the transcript that everything said on it is written to."""

    stage: Stage
    transcript: Transcript
    patience_s: float = PATIENCE_SECONDS

    async def says(self, person: Person, room: str, text: str, *, to_the_bot: bool = False) -> None:
        """Let a person say something, `to_the_bot` with a mention of it."""
        text = f"{BOT_NAME}: {text}" if to_the_bot else text
        self.transcript.said(self._called(person), self.stage.room_name(room), text)
        await person.say(room, text, mentions=[self.stage.bot_id] if to_the_bot else [])

    async def reacts(self, person: Person, one: Heard, emoji: str) -> None:
        """Let a person react to a message."""
        self.transcript.reacted(self._called(person), self.stage.room_name(one.room), emoji)
        await person.react(one.room, one.event_id, emoji)

    async def bot_says(
        self, expected: str, person: Person, room: str, *parts: str, mentioned: Person | None = None
    ) -> Heard:
        """Wait until a person hears the bot say all `parts` in a room, and mention somebody.

        Raises AnswerMissing, which names what was `expected`, and BotMissing.
        """

        def fits(one: Heard) -> bool:
            return (
                self._is_from_the_bot(one)
                and all(part in one.text for part in parts)
                and (mentioned is None or mentioned.user_id in one.mentions)
            )

        before = len(person.heard(room))
        try:
            one = await self.stage.listening(person.hears(room, fits, timeout=self.patience_s))
        except TimeoutError:
            instead = [each.text for each in person.heard(room)[before:] if self._is_from_the_bot(each)]
            where = f"{expected}, im Raum {self.stage.room_name(room)} (gewartet: {self.patience_s:.0f} s)"
            raise AnswerMissing("\n".join([where, *(f"Stattdessen kam: {each}" for each in instead)])) from None
        except BotMissing as error:
            raise BotMissing(f"{expected}, im Raum {self.stage.room_name(room)}. {error}") from None
        to = tuple(self.stage.name(user_id) for user_id in one.mentions)
        self.transcript.said(BOT_NAME, self.stage.room_name(room), one.text, to=to)
        return one

    def _is_from_the_bot(self, one: Heard) -> bool:
        return one.type == "m.room.message" and one.sender == self.stage.bot_id

    def _called(self, person: Person) -> str:
        roles = {each.user_id: role for each, role in self.stage.people.values()}
        return f"{person.name} ({roles[person.user_id]})"


async def play(scene: Scene) -> list[str]:
    """Play everything and return what was missing; an empty list means that all went well.

    When an answer is missing, its part ends there and the next one begins; without the bot there is none.
    """
    missing = []
    for number, (title, part) in enumerate(PARTS, start=1):
        scene.transcript.heading(f"{number}. {title}")
        try:
            await part(scene)
        except AnswerMissing as error:
            missing.append(f"{title}: {error}")
        except BotMissing as error:
            missing.append(f"{title}: {error}")
            break
    return missing


async def _question(scene: Scene) -> None:
    stage = scene.stage
    anna, lena, room = stage.anna, stage.lena, stage.rooms.groups[_AG_3]
    await scene.says(anna, room, "!frage Wer zahlt nach der Anschubfinanzierung?")
    receipt = await scene.bot_says("die Bestätigung der Frage mit ihrer Nummer", anna, room, "AG3-", "notiert")
    number = _NUMBER.findall(receipt.text)[0]
    await scene.says(
        lena, room, f"!antwort {number} Beispielantwort: Bis Jahresende das Land, danach alle, die mitmachen."
    )
    await scene.bot_says("die Bestätigung der Antwort", lena, room, number, "ist beantwortet")
    await scene.bot_says(
        "die Antwort an die Person, die gefragt hat", anna, room, number, "danach alle, die mitmachen", mentioned=anna
    )


async def _office_hour(scene: Scene) -> None:
    stage = scene.stage
    anna, room = stage.anna, stage.rooms.plenary
    await scene.says(anna, room, "Wann ist die nächste OZG-Sprechstunde?", to_the_bot=True)
    await scene.bot_says("der Termin der Sprechstunde", anna, room, short_day(stage.office_hour), "10:00")


async def _unknown(scene: Scene) -> None:
    anna = scene.stage.anna
    try:
        room = await scene.stage.direct_chat(anna, patience_s=scene.patience_s)
    except TimeoutError:
        raise AnswerMissing("der Bot im Direktchat, zu dem er eingeladen ist") from None
    await scene.bot_says("die Begrüßung", anna, room, "Guten Tag")
    await scene.says(anna, room, "Welche Farbe hat der Dienstwagen des Ministers?")
    await scene.bot_says("ein ehrliches „Das weiß ich nicht“", anna, room, "Das weiß ich nicht")


async def _plenary(scene: Scene) -> None:
    stage = scene.stage
    karin, anna, plenary, coordination = stage.karin, stage.anna, stage.rooms.plenary, stage.rooms.coordination
    day = working_day_in(stage.today, days=21)
    later = working_day_in(day, days=1)
    details = '"Abschluss" ort="Landtag, Magdeburg" link=https://example.org/plenum'
    await scene.says(karin, coordination, f"!plenum neu {plain_day(day)} 10:00-12:00 {details}")
    await scene.bot_says("die Vorschau", karin, coordination, "Abschluss", long_day(day), "!ja")
    await scene.says(karin, coordination, "!ja")
    await scene.bot_says("die Bestätigung", karin, coordination, "ist angelegt")
    told = await scene.bot_says("die Ankündigung", anna, plenary, "Neuer Termin", "Abschluss", long_day(day))
    found = _PLENARY.search(told.text)
    if found is None:
        raise AnswerMissing("die Nummer des Plenums in der Ankündigung")
    move = f"!plenum verschieben {found[1]} {plain_day(later)} 13:00-15:00 Grund: Der Saal ist belegt"
    await scene.says(karin, coordination, move)
    preview = await scene.bot_says("die Vorschau der Verschiebung", karin, coordination, long_day(later), "!ja")
    await scene.reacts(karin, preview, YES)
    await scene.bot_says("die Bestätigung der Verschiebung", karin, coordination, "ist verschoben")
    await scene.bot_says(
        "die Berichtigung an alle, die den alten Termin kennen",
        anna,
        plenary,
        "Verschoben",
        long_day(day),
        long_day(later),
        "Der Saal ist belegt",
    )


async def _digest(scene: Scene) -> None:
    karin, room = scene.stage.karin, scene.stage.rooms.coordination
    await scene.says(karin, room, "!digest")
    await scene.bot_says("der Digest", karin, room, "Zwischenstand")


Part = Callable[[Scene], Awaitable[None]]

PARTS: tuple[tuple[str, Part], ...] = (
    ("Eine Frage an die AG 3 und ihre Antwort", _question),
    ("Eine Frage in eigenen Worten", _office_hour),
    ("Was der Bot nicht weiß", _unknown),
    ("Ein Plenum wird geplant und verschoben", _plenary),
    ("Der Digest für die Koordination", _digest),
)
