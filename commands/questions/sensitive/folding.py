"""Small letters without marks: ä, ae and a, or ß and ss, read the same. For telling words apart, not to show."""

import re
import unicodedata

_DASHES = re.compile("[\u2010-\u2015\u2212]")
_DOUBLE = re.compile("ae|oe|ue")


def fold(text: str) -> str:
    """Return the text in small letters; umlauts, however they were typed, lose their marks, and all dashes are `-`.

    Wide digits, odd blanks and invisible characters become plain ones (Unicode NFKD). Line breaks stay.
    """
    apart = unicodedata.normalize("NFKD", _DASHES.sub("-", text))
    seen = "".join(char for char in apart if unicodedata.category(char) not in {"Mn", "Cf"})
    return _DOUBLE.sub(lambda found: found[0][0], seen.lower().replace("ß", "ss"))
