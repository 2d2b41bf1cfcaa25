"""Words that mean the same in this administration: editors keep the list, and every question is read with it."""

import re
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.errors import NotPossible, UsageError
from commands.faq.waiting import now_answered
from commands.german_words import fold
from commands.markup import clean
from commands.texts import faq_wording as texts
from storage import faq, history
from storage.tables import FaqSynonyms, Role

_WORD: Final = re.compile(r"[^\W\d_][\w-]{1,39}")
_REMOVED: Final = re.compile(r"(\d{1,9})\s*[-–]")
_MOST_WORDS, _MOST_GROUPS = 12, 300


@command(
    "faq wörter", "[Wort = Wort … | Nummer -]", example="!faq wörter Rundbrief = Newsletter", role=Role.COORDINATOR
)
async def words(call: Call, session: AsyncSession) -> Reply:
    """Zeigt oder ergänzt Wörter, die bei Ihnen dasselbe bedeuten.

    Wer nach dem einen fragt, findet damit auch Antworten zum anderen. Jedes ist ein einzelnes Wort. Mit der Nummer und
    einem Strich nehmen Sie eine Zeile weg, zum Beispiel: !faq wörter 3 -
    """
    said = clean(call.text).strip()
    if not said:
        return Reply(text=texts.listed(await faq.synonym_groups(session), call.settings.prefix))
    if found := _REMOVED.fullmatch(said):
        return await _remove(int(found[1]), call, session)
    group = [word.strip() for word in said.split("=")]
    _check(group)
    if len(await faq.synonym_groups(session)) >= _MOST_GROUPS:
        raise NotPossible(texts.too_many(_MOST_GROUPS))
    row = await faq.add_synonyms(session, list(dict.fromkeys(group)))
    await _note("added", row, call, session)
    return Reply(text=texts.added(row, call.settings.prefix), messages=await now_answered(session))


async def _remove(number: int, call: Call, session: AsyncSession) -> Reply:
    row = next((row for row in await faq.synonym_groups(session) if row.id == number), None)
    if row is None:
        raise NotPossible(texts.no_such_line(call.settings.prefix))
    await faq.remove_synonyms(session, row)
    await _note("removed", row, call, session)
    return Reply(text=texts.removed(row))


def _check(group: list[str]) -> None:
    """Whether these are words that can mean the same. Raises UsageError, with what is wrong."""
    if len(group) < 2 or len({fold(word) for word in group}) < 2:  # noqa: PLR2004 - a word, and another
        raise UsageError(texts.two_words())
    if len(group) > _MOST_WORDS:
        raise UsageError(texts.too_long(_MOST_WORDS))
    if wrong := [word for word in group if not _WORD.fullmatch(word)]:
        raise UsageError(texts.no_word(wrong[0]))


async def _note(what: str, row: FaqSynonyms, call: Call, session: AsyncSession) -> None:
    await history.add(session, f"faq-words:{row.id}", what, at=call.at, actor=call.sender, role=Role.COORDINATOR)


COMMANDS = (words,)
