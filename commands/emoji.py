"""Emoji as people send them: with skin tones and variation selectors that change nothing."""

_SKIN_TONES = range(0x1F3FB, 0x1F400)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


def bare(emoji: str) -> str:
    """The emoji without skin tone and variation selector (Unicode TR 51), so that all variants are equal."""
    return "".join(char for char in emoji if ord(char) not in _SKIN_TONES and ord(char) not in _VARIATION_SELECTORS)
