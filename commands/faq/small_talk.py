"""Greetings and thanks: what people say to be polite, and nobody wants answered from the FAQ."""

import re
from enum import Enum
from typing import Final

from commands.dates.days import fold


class SmallTalk(Enum):
    """What a message without a question is."""

    NOTHING = "nothing"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    HOW_ARE_YOU = "how are you"
    HELP = "help"
    WHO_ARE_YOU = "who are you"


_KINDS: Final = (
    (
        SmallTalk.WHO_ARE_YOU,
        r"(?:wer|was)[ ](?:genau[ ])?(?:bist[ ](?:denn[ ])?du|sind[ ]sie)(?:[ ](?:eigentlich|denn|genau))*",
    ),
    (SmallTalk.HOW_ARE_YOU, r"wie[ ]gehts?(?:[ ]e?s)?(?:[ ](?:dir|ihnen|euch))?(?:[ ](?:heute|so))?|alles[ ]gut"),
    (
        SmallTalk.THANKS,
        r"""(?:vielen|besten|herzlichen|lieben|schoenen|tausend)[ ]dank|danke(?:[ ]?schoen|[ ]sehr|[ ]ihnen|[ ]dir)?
        |merci|thanks|thank[ ]you|das[ ]hat[ ](?:mir[ ])?(?:sehr[ ])?geholfen
        |super|prima|perfekt|toll|klasse|sehr[ ]gut|ok|okay|alles[ ]klar""",
    ),
    (
        SmallTalk.GOODBYE,
        r"""tschuess(?:i|chen)?|tschues|auf[ ]wieder(?:sehen|hoeren)|bis[ ](?:bald|dann|morgen|spaeter)|ciao|bye
        |(?:schoenen|guten)[ ](?:feierabend|tag[ ]noch)|schoenes[ ]wochenende|gute[ ]nacht""",
    ),
    (
        SmallTalk.GREETING,
        r"""hallo|hall[oe]chen|hi|hey|hello|moin(?:[ ]moin)?|servus|gruess[ ]gott|mahlzeit
        |(?:schoenen[ ])?guten?[ ](?:morgen|tag|abend|mittag)|gruesse?
        |(?:viele|liebe|schoene|beste|freundliche)[ ]gruesse""",
    ),
    (
        SmallTalk.HELP,
        r"(?:bitte[ ])?hilfe(?:[ ]bitte)?|help|was[ ]kannst[ ]du|was[ ]koennen[ ]sie|wie[ ]funktioniert[ ]das",
    ),
)
_POLITE: Final = (
    r"(?:lieber[ ]|ag[ ]4[ ])?bot|zusammen|allerseits|alle|und|ihr|ihnen|sie|auch|ebenso|nochmal|bitte|team|leute"
)
_WORDS: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 120  # characters; whoever writes more wants something


def small_talk(text: str) -> SmallTalk | None:
    """What a message is if it is polite words and nothing else, or None if there is more in it.

    A message without any word ("?", an emoji) is NOTHING. Several kinds in one: the first that is said
    and is no mere greeting.
    """
    if len(text) > _LONGEST:
        return None
    words = " ".join(_WORDS.findall(fold(text).replace("ß", "ss")))
    if not words:
        return SmallTalk.NOTHING
    said: SmallTalk | None = None
    while words:
        kind, length = _begins(words)
        if not length:
            return None
        said = kind if kind is not None and said in {None, SmallTalk.GREETING} else said
        words = words[length:].lstrip()
    return said


def _begins(words: str) -> tuple[SmallTalk | None, int]:
    """What a line of words begins with, and how many characters that takes; 0 for anything else."""
    for kind, pattern in _PATTERNS:
        if found := pattern.match(words):
            return kind, found.end()
    return None, 0


_PATTERNS: Final = tuple(
    (kind, re.compile(rf"(?:{pattern})(?!\w)", re.VERBOSE)) for kind, pattern in (*_KINDS, (None, _POLITE))
)
