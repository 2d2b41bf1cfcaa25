"""The recovery key of a secure backup, as people write it down: "EsTc LW2K PGiF wKEA …"."""

from functools import reduce
from operator import xor

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base58, as Bitcoin writes it
_PREFIX = b"\x8b\x01"
_KEY_BYTES = 32
_BYTES = len(_PREFIX) + _KEY_BYTES + 1
_MAX_CHARACTERS = 100  # 48 are usual; no need to compute with more


def decode(text: str) -> bytes:
    """The 32 bytes behind a recovery key; blanks do not matter.

    Client-server API, "Secret storage", key representation. Raises ValueError with half a sentence that names
    the remedy and never a part of the key.
    """
    letters = "".join(text.split())
    if any(letter not in _ALPHABET for letter in letters):
        raise ValueError('it holds a character that no recovery key has (such as 0, O, I, l or "-"): copy it again')
    if not letters or len(letters) > _MAX_CHARACTERS:
        raise ValueError("it is too short or too long for a recovery key: copy the whole key, usually 48 characters")
    number = reduce(lambda sum_, letter: sum_ * 58 + _ALPHABET.index(letter), letters, 0)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) != _BYTES:
        raise ValueError("it is too short or too long for a recovery key: copy the whole key, usually 48 characters")
    if reduce(xor, raw) != 0:  # the last byte is the parity of those before
        raise ValueError(
            "a letter is wrong or missing: compare it with the original letter by letter, also upper and lower"
        )
    if not raw.startswith(_PREFIX):
        raise ValueError("it is no recovery key of a Matrix account: look for the one that Element showed")
    return raw[len(_PREFIX) : -1]
