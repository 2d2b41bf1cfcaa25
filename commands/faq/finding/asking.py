"""What a sentence does: it asks, it says what somebody needs or what is wrong, it looks something up, or it states.

Only the first three want an answer. Judged by its words alone, as people type on a phone: without capitals, question
marks and half of the pronouns ("hab mein passwort vergessen"). All words here are folded.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from commands.faq.finding.patterns import any_of, words
from commands.german_words import ASKING_WORDS


class Act(Enum):
    """What a sentence does, what wants an answer most first."""

    ASKS = "asks"
    NEEDS = "needs"
    LOOKS_UP = "looks up"
    STATES = "states"


_LONG_ENOUGH: Final = 4  # letters of a word in which one slip of the finger is forgiven
_LOOKED_UP: Final = 9  # words of the longest text that is typed as into a search field
_BEGINNINGS: Final = 4  # words before which a question may begin behind something polite
_PRONOUNS: Final = words("ich ihr wir sie du er es man mich mir uns euch sich jemand einer eine ein")
_ARTICLES: Final = words("der die das den dem des unser unsere mein meine euer eure jeder jede alle")
_ADVERBS: Final = words("schon noch eigentlich denn auch")
_PARTICLES: Final = words(
    """
    und oder aber denn also hallo hi hey moin guten tag morgen abend mal ach ah oh na nun so sagt sag mal bitte sorry
    entschuldigung frage kurze nur noch eine ne liebes liebe lieber team kollegen zusammen leute servus danke ps
    """
)
_NO_VERB: Final = words(
    """
    ich du er sie es wir ihr man der die das den dem des ein eine einen einem einer mein meine meinen unser unsere
    euer eure in im an am auf aus bei beim mit nach von vom zu zum zur fur durch ohne um uber unter vor seit bis gegen
    und oder aber nicht kein keine sehr schon noch nur auch heute morgen gestern hier da dort dann jetzt nun leider
    danke bitte gut super nett alles viel viele mehr sonst also so weil dass wenn ob als wie hat hatte
    """
)
_DROPPED_ICH: Final = words("bin hab habe war hatte komm komme mach mache schick schicke geh gehe meld melde")
_MODAL: Final = words("kann muss will ist hat hatte war")
_BEFORE_A_QUESTION_WORD: Final = words("fur bis ab seit an in mit von zu um bei unter aus nach auf wegen")
_FINITE: Final = re.compile(r"[a-z]{2,}(?:t|e|en|st|n)")
_QUESTIONS: Final = any_of(
    r"""
    gibts | gibt es | gibt s | habt ihr | haben sie | hat ihr | wisst ihr | wissen sie | weiss (?:jemand|wer|einer)
    hat (?:jemand|wer|einer) | kennt (?:jemand|wer|einer|ihr) | konnte?t? ihr | konnte?n sie | kannst du
    darf ich | durfen wir | muss ich | mussen wir | muss man | soll ich | sollen wir | kann ich | konnen wir | kann man
    ist das | geht das | was tun | was nun | ja oder nein | oder nicht | (?:an|bei|mit|von|zu) wem? | an wen | fur wen
    wo ?hin | (?:bis|ab|seit) wann | wie viel\w* | wie lange? | wie oft | wo gibt | wo ist | wo sind | wo find\w*
    wer ist | wer hat | was ist | was heisst
    wie (?:kann|konnen|komme?n?|krieg\w*|bekomm\w*|mach\w*|geht|lauft|melde?|erreich\w*|heiss\w*)
    (?:bitte|mal) (?:erklar|sag|schick|nenn)\w* | erklart? (?:mir|uns|mal) | schickt? (?:mir|uns|mal)
    (?:tell|show|send) me | can i | may i | do (?:i|we|you) | how do
    (?:wo|was|wer|wann?|wie|welche\w?|wohin|warum|wieso) (?:\w+ )?(?:ich|sind|ist|war|waren|machen|liegt|liegen|steht)
    (?:wo|was|wer|wann?|wie|welche\w?|wohin|warum|wieso) (?:\w+ )?(?:stehen|find\w*|fidne|kann|muss|gibts?|tun|denn)
    (?:wo|was|wer|wann?|wie|welche\w?|wohin|warum|wieso) (?:\w+ )?(?:genau|mussen|konnen)
    """
)
"""What makes a question wherever it stands."""
_NEEDS: Final = any_of(
    r"""
    (?:ich|wir|will|wollen|mochten?) (?:\w+ ){0,6}?(?:mochten?|wurden?|wurd|hatten?|wollen|will|brauch\w*|benotig\w*)
    (?:ich|wir) (?:\w+ ){0,6}?(?:such\w*|bitte um|soll|sollen|muss|mussen|interessier\w*)
    (?:ich|wir) (?:\w+ ){0,6}?(?:finde?|weiss) (?:\w+ ){0,6}nicht
    mochten? | brauche?n? | suche?n? | benotigen? | hatten? gern\w* | wurden? gern\w* | wurd gern\w*
    nicht mehr | vergessen | verpasst | verloren | kaputt | defekt | gestort | ausgefallen | fehlt | fehler | verhindert
    abgelaufen | musste(?:n)? (?:ich |wir )?(?:\w+ )?wissen | (?:will|wollen) (?:\w+ ){0,4}?haben
    (?:funktionier\w*|geht|klappt|lauft|komme?|bekomme?|krieg\w*) (?:\w+ ){0,7}?(?:nicht|nichts|kein\w*)
    (?:hore?|sehe?|find\w*) (?:\w+ ){0,7}?(?:nicht|nichts|kein\w*)
    hab\w* (?:\w+ ){0,6}?(?:kein\w*|nicht|noch nie)
    (?:ich|wir|man) (?:\w+ )?(?:kann|konnen|darf) (?:\w+ ){0,7}?(?:nicht|nichts|kein\w*)
    (?:kann|konnen|darf) (?:ich|wir|man) (?:\w+ ){0,7}?(?:nicht|nichts|kein\w*)
    i (?:no longer|want|need|would|forgot|lost|cannot|can t) | was stolen | is broken
    """
)
"""What says that somebody needs something, or that something is wrong."""
_TELLING: Final = words(
    """
    ich wir ihr sie er du man mir uns ist sind war waren bin wird werden wurde hat haben hatte habe hab das dies finde
    euch dich mich sehen macht machen gefallt doch sowieso eh nie endlich fand echt total vollig niemand wunsche
    """
)
"""Words that a whole sentence has and "Newsletter abbestellen" has not."""
_CHATTING: Final = any_of(
    r"""
    jemand (?:von|aus|bei) (?:euch|ihnen|uns) | war(?:st|t)? (?:jemand|du|ihr|wer)
    bis (?:dann|morgen|spater|gleich|montag|dienstag|mittwoch|donnerstag|freitag)
    (?:guten|schonen|schones) (?:feierabend|urlaub|wochenende)
    wie (?:war|geht|gehts) (?:es )?(?:dein\w*|euer\w*|eure\w*|ihr\w*|dir|euch|ihnen) | ruf\w* (?:du |sie )?(?:mich|mir)
    (?:hat|habt|hast) (?:gut |super |prima )?(?:geklappt|funktioniert) | kommst du | kommt ihr mit | sehen uns
    inzwischen (?:weg|wieder|erledigt) | wieder (?:da|weg|zuruck) | lauft wieder
    falsche[rn]? (?:chat|raum|gruppe|kanal|fenster) | wer kommt (?:\w+ )?mit | kommt (?:jemand|wer) mit
    (?:bist|seid) (?:du|ihr)(?! (?:\w+ )?(?:ein|eine|der|die|wer|was)) | alle gut | gut angekommen
    (?:schickst|hast|kommst|machst|warst|rufst|gehst|bringst|nimmst|gibst|denkst) du(?! (?:infos?|eine antwort))
    (?:kann|konnte|hat|ist) (?:mir |uns |mich )?(?:einer|eine|jemand) von (?:euch|ihnen)
    (?:kannst du|konnt ihr|konnen sie) (?:mich|mir|uns) (?:\w+ ){0,4}?(?:zuruckrufen|anrufen|abholen|vertreten)
    (?:konnen|wollen|sollen) wir (?:(?:das|uns|kurz|mal|morgen|nachher|spater) )*(?:telefonieren|sprechen|treffen)
    (?:konnen|wollen|sollen) wir (?:(?:das|uns|kurz|mal|morgen|nachher|spater) )*(?:besprechen|reden|klaren|verschieben)
    """
)
"""What colleagues say to each other."""
_GREETINGS: Final = re.compile(r"(?:endlich|mahlzeit|frohe|schone|herzlichen|gluckwunsch|willkommen|danke)\b")
_JUDGING: Final = any_of(
    r"""
    nett\w* | toll\w* | super | blod\w* | schlecht\w* | frechheit | quatsch | unsinn | luft | wie immer | viel zu
    immer noch kein\w* | nix | unmoglich\w* | klasse | genial\w* | schrecklich\w* | nervig\w* | nervt | langweilig\w*
    uberflussig\w* | unnotig\w* | peinlich\w* | lacherlich\w* | zeitverschwendung | chaotisch\w* | chaos | hilfreich\w*
    gelungen\w* | sinnlos\w* | spitze | prima | witz | gut gemacht | gute arbeit | klingt | klingen | liest sich
    zu (?:voll|lang|viel|wenig|teuer|kompliziert|spat|langsam|theoretisch|umstandlich) | fuhlt sich | finde? ich
    bringt nichts | bringt eh | schon wieder | genau so
    """
)
"""What one says of a thing rather than asks about it."""
_MACHINE: Final = re.compile(
    r"""\s*(?:\W*\[[^\]]{2,30}\]
    |[\W_]*(?:ticket|build|pipeline|job|alarm|warnung|alert|backup|cron|erinnerung|reminder|umfrage|abstimmung|monitoring
    |neue[sr]?[ ](?:datei|ticket|termin|version|kommentar))\b[^?]*[\#:\d][^?]*$
    |\S+[ ]hat[ ](?:den|die|das)\b[^?]*(?:ge[äa]ndert|hinzugef[üu]gt|verlassen|betreten|entfernt|hochgeladen))""",
    re.IGNORECASE | re.VERBOSE,
)
"""How the output of other programs begins."""
_LONG_ASKING: Final = tuple(sorted(word for word in ASKING_WORDS if len(word) > _LONG_ENOUGH))


def act_of(text: str, folded: list[str]) -> Act:
    """What a sentence does; `folded` are its words."""
    line = " ".join(folded)
    needs = _NEEDS.search(line) is not None
    if _is_chat(text, folded, line, needs=needs):
        return Act.STATES
    if "?" in text or _begins_a_question(folded) or _QUESTIONS.search(line):
        return Act.ASKS
    if needs:
        return Act.NEEDS
    looks_up = len(folded) <= _LOOKED_UP and not re.search(r"[:!]", text) and _TELLING.isdisjoint(folded)
    return Act.LOOKS_UP if looks_up else Act.STATES


def _is_chat(text: str, folded: list[str], line: str, *, needs: bool) -> bool:
    """Whether it is said by a program, among colleagues, or as an opinion."""
    if _MACHINE.match(text) or (_CHATTING.search(line) and not needs):
        return True
    if "?" in text:
        return False
    if _GREETINGS.match(line):
        return not needs
    return folded[:1] == ["dass"] or (_JUDGING.search(line) is not None and not _begins_a_question(folded))


def _begins_a_question(folded: list[str]) -> bool:
    """Whether it begins with a question word or a verb ("stellt ihr …"), maybe behind something polite."""
    at = 0
    while at < min(_BEGINNINGS, len(folded)) and folded[at] in _PARTICLES:
        at += 1
    rest = folded[at:]
    if not rest:
        return False
    first, second = rest[0], rest[1] if len(rest) > 1 else ""
    if first in _MODAL:
        return second in _PRONOUNS or second in _ARTICLES
    if first == "ob" or asks(first) or (first in _BEFORE_A_QUESTION_WORD and asks(second)):
        return True
    if len(rest) <= 2 or first in _NO_VERB:  # noqa: PLR2004 - a verb, its subject, and something more
        return False
    behind_a_verb_in_t = second in _ADVERBS or second in _ARTICLES
    inverted = second in _PRONOUNS or (behind_a_verb_in_t and first.endswith("t"))
    return second == "ich" or (inverted and first not in _DROPPED_ICH and _FINITE.fullmatch(first) is not None)


@lru_cache(maxsize=20_000)
def asks(folded: str) -> bool:
    """Whether a word begins a question: "wann", "müssen", and what one slip of the finger makes of them."""
    return (
        folded in ASKING_WORDS
        or folded == "wan"
        or (
            len(folded) > _LONG_ENOUGH and any(OSA.distance(folded, word, score_cutoff=1) <= 1 for word in _LONG_ASKING)
        )
    )
