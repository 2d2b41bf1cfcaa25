"""What a question must not hold, because the bot never collects it: personal data of third parties or the asker.

Five kinds are found by their shape (issue 4, item 13). Each pattern reads at most some forty characters from where it
begins, so that the time grows with the length of the text only.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from commands.dates.wording import MONTHS
from commands.questions.sensitive.folding import fold
from commands.questions.sensitive.own_matter import is_own_matter


class Reason(StrEnum):
    """Why a text is not stored; an account comes first, a citizen's own matter last."""

    IBAN = "iban"
    BIRTH_DATE = "birth_date"
    FILE_NUMBER = "file_number"
    PHONE = "phone"
    CITIZEN = "citizen"


def never_collected(text: str) -> Reason | None:
    """Return why the text must not be stored, or None where it may; of several reasons the first of `Reason`."""
    said = fold(text)
    if _has_account(said):
        return Reason.IBAN
    if _has_birth_date(said):
        return Reason.BIRTH_DATE
    numbers = _HARMLESS.sub(" ; ", said)
    if _has_file_number(numbers):
        return Reason.FILE_NUMBER
    if _has_phone(numbers):
        return Reason.PHONE
    return Reason.CITIZEN if is_own_matter(said) else None


def _any_of(*words: str) -> str:
    """A pattern for any of the words, folded as the text is; a hyphen in a word may be typed or left out."""
    return "(?:" + "|".join(re.escape(fold(word)).replace(r"\-", r"[-.\s]{0,3}") for word in words) + ")"


# --- Accounts: ISO 13616 (IBAN), check digits as in ISO 7064 (97-10) ---

_IBAN_LENGTHS: Final = {
    country: int(length)
    for country, length in re.findall(
        r"(..)(..)",
        "AD24AT20BE16BG22CH21CY28CZ24DE22DK18EE20ES24FI18FR27GB22GR27HR21HU28IE22IS26IT27LI21LT20LU20LV21MC27MT31NL18NO15"
        "PL28PT25RO24RS22SE24SI19SK24SM27TR26UA29",
    )
}
"""Characters of an IBAN by its country."""
_IBAN_START = re.compile(r"(?<![a-z0-9])[a-z]{2}\s?\d{2}")
_SEPARATORS = re.compile(r"[\s.-]")
_MOST_OF_AN_IBAN = 72  # 34 characters, each with a separator, and the country's blank
_ACCOUNT = re.compile(_any_of("Kontonummer", "Konto-Nr", "Kto-Nr") + r"[^\d.!?]{0,3}\.?[^\d.!?]{0,12}\d[\d ]{5}")


def _has_account(said: str) -> bool:
    starts = (found.start() for found in _IBAN_START.finditer(said))
    return _ACCOUNT.search(said) is not None or any(_is_iban(said[at : at + _MOST_OF_AN_IBAN]) for at in starts)


def _is_iban(piece: str) -> bool:
    """Whether the piece begins with an IBAN; a German one is one even where a digit was mistyped."""
    solid = _SEPARATORS.sub("", piece).upper()
    length = _IBAN_LENGTHS.get(solid[:2], 0)
    number = solid[:length]
    if not length or len(number) < length or not number.isascii() or not number.isalnum():
        return False
    if number.startswith("DE"):
        return number[2:].isdigit()
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1


# --- Dates of birth ---

_MONTH = _any_of(*MONTHS) + r"|(?:jan|feb|mrz|apr|jun|jul|aug|sept?|okt|nov|dez)\b\.?"
_DAY, _MONTH_NUMBER = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
_DATE = (
    rf"(?<!\d)(?:{_DAY}\s?\.\s?{_MONTH_NUMBER}\s?\.\s?(?:\d{{4}}|\d{{2}})|\d{{4}}-{_MONTH_NUMBER}-{_DAY}"
    rf"|{_DAY}[/-]{_MONTH_NUMBER}[/-]\d{{4}}|{_DAY}\s?\.?\s?(?:{_MONTH})\s?\d{{4}})(?!\d)"
)
_BIRTH = r"\b" + _any_of(
    "Geburtsdatum", "Geburtstag", "Geb-Dat", "Geb-Datum", "geboren", "geborene", "geborener", "geb"
)
_WORDS = r"(?:[a-z]{1,15}\W{1,3})"
_BIRTH_BEFORE = re.compile(rf"{_BIRTH}\b(?P<gap>\W{{0,4}}{_WORDS}{{0,5}}){_DATE}")
_BIRTH_AFTER = re.compile(rf"(?P<gap>{_WORDS}{{0,2}}){_DATE}\W{{1,3}}{_WORDS}{{0,6}}{_any_of('geboren')}\b")
_STAR = re.compile(r"\*\s?\d{1,2}\.\s?\d{1,2}\.\s?(?:19\d\d|200\d|201[0-6]|[3-9]\d)(?![\d*])")
"""A past date behind a star; neither a list of coming dates nor bold text."""
_OTHER_DATES: Final = {"seit", "ab", "bis", "zum", "stand", "version", "sitzung"}
"""Words before a date that say something else than when somebody was born."""


def _has_birth_date(said: str) -> bool:
    found = [*_BIRTH_BEFORE.finditer(said), *_BIRTH_AFTER.finditer(said)]
    near = (set(re.findall("[a-z]+", each["gap"])) for each in found)
    return _STAR.search(said) is not None or any(not words & _OTHER_DATES for words in near)


# --- Numbers that are nobody's: left out before file numbers and telephone numbers are looked for ---

_HARMLESS = re.compile(
    rf"""
    (?:https?://|www\.)\S+
    | {_DATE}
    | (?<!\d) 99 [ ]?\d{{3}} [ ]?\d{{3}} [ ]?\d{{3}} [ ]?\d{{3}} (?!\d)        # LeiKa key
    | (?<![\d.]) \d{{1,3}} (?:\.\d{{1,3}}){{3}} (?![\d.])                       # IP address
    | (?:vorlage|drucksache|bv|drs|haushaltsstelle|kostenstelle|ags|ars|ticket|plz|postleitzahl) \b
      \W{{0,3}} (?:nr\W{{0,2}})? \d [\d /.-]{{0,20}}
    | (?<![\d/-]) 0[26]\d{{3}} \s?(?:-|/|bis|und)\s? 0[26]\d{{3}} (?![\d/-])   # two postcodes
    | (?<!\d) \d{{3,4}} \s?(?:-|bis)\s? \d{{3,4}} \s?uhr                       # from one time to another
    """,
    re.VERBOSE,
)


# --- File numbers ---

_FILE_WORD = (
    r"(?<![a-z])(?:"
    + _any_of(
        *(
            "Az",
            "A.Z.",
            "Gz",
            "Gesch-Z",
            "Geschäftszeichen",
            "Aktennummer",
            "Akten-Nr",
            "Kassenzeichen",
            "Buchungszeichen",
        ),
        *(
            "Ihr Zeichen",
            "mein Zeichen",
            "unser Zeichen",
            "Bescheidnummer",
            "Antragsnummer",
            "Antrags-Nr",
            "Antrags-ID",
        ),
        *("Vorgangsnummer", "Vorgangs-Nr", "Vorgangs-ID", "Steuernummer", "Steuer-Nr", "St-Nr", "Steuer-ID", "IdNr"),
        *("Id-Nr", "Steueridentifikationsnummer", "Identifikationsnummer", "Sozialversicherungsnummer"),
        *("Versicherungsnummer", "Ausweisnummer", "Personalausweisnummer", "Kundennummer"),
    )
    + r"|akt[a-z]{0,3}ze?i?ch[a-z]{0,3})(?![a-z])"
)
_LINK = _any_of("ist", "lautet", "war", "heißt", "Nr", "Nummer", "mit", "das", "dem", "die", "der", "hat", "von")
_NUMBER = r"(?P<number>[a-z]{0,5}[-/.]?\d(?:[a-z0-9./-]|[ ](?=[a-z]{0,3}[ ]?\d)){2,40})"
_FILE_NEAR = re.compile(rf"{_FILE_WORD}\W{{0,5}}(?:{_LINK}\b\W{{1,3}}){{0,3}}{_NUMBER}")
_FILE_BEHIND_COLON = re.compile(rf"{_FILE_WORD}[^\d.!?]{{0,40}}:\s{{0,3}}{_NUMBER}")
_YEARS_OR_AMOUNT = re.compile(r"(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?[.]?$|\d{1,3}(?:\.\d{3})+$")
_FEWEST_DIGITS = 4


def _has_file_number(numbers: str) -> bool:
    found = (*_FILE_NEAR.finditer(numbers), *_FILE_BEHIND_COLON.finditer(numbers))
    return any(_is_file_number(each["number"]) for each in found)


def _is_file_number(number: str) -> bool:
    return sum(map(str.isdigit, number)) >= _FEWEST_DIGITS and _YEARS_OR_AMOUNT.match(number) is None


# --- Telephone numbers: DIN 5008 and what people make of it ---

_RUN = re.compile(r"(?<!\w)(?<!\d[.,])[+(]{0,2}\d[\d ()/\t-]*+")
_ABROAD = re.compile(r"(?:\+|(?<!\d)00[ ]?)[1-9]\d?[\d ()/-]*")
_INLAND = re.compile(r"(?<!\d)0[1-9]\d{0,12}(?!\d)[\d ()/\t-]*")
_TWO_GROUPS_OF_A_YEAR = re.compile(r"0\d{1,3}[/-](?:19|20)\d\d$")
_AFTER_WORD = re.compile(
    r"\b(?:tel|telefon|telefonnummer|handy|handynummer|mobil|mobilnummer|fax|faxnummer|rufnummer)\b[^\d!?]{0,15}"
    r"(?P<digits>\d[\d ()/-]{4,}+)(?!\s*(?:euro?\b|€|%|[.,]\d))"
)
_EXTENSION = re.compile(r"\bdurchwahl\b[^\d!?]{0,12}(?!(?:19|20)\d\d\b)\d{2}")
_FEWEST_ABROAD, _FEWEST_INLAND, _FEWEST_AFTER_WORD = 10, 7, 6


def _has_phone(numbers: str) -> bool:
    if _EXTENSION.search(numbers):
        return True
    if any(_digits(found["digits"]) >= _FEWEST_AFTER_WORD for found in _AFTER_WORD.finditer(numbers)):
        return True
    return any(map(_is_phone, _runs(numbers)))


def _runs(numbers: str) -> Iterator[str]:
    return (found[0].strip(" \t/-") for found in _RUN.finditer(numbers))


def _is_phone(run: str) -> bool:
    """Whether a run of digits, blanks, brackets, slashes and dashes holds a German or foreign telephone number."""
    abroad, inland = _ABROAD.search(run), _INLAND.search(run)
    if abroad and _digits(abroad[0]) >= _FEWEST_ABROAD:
        return True
    return inland is not None and _digits(inland[0]) >= _FEWEST_INLAND and not _TWO_GROUPS_OF_A_YEAR.match(inland[0])


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))
