"""`python -m commands.faq.finding.thesaurus th_de_DE_v2.dat` makes storage/seed/openthesaurus.txt.

The file to read is OpenThesaurus in the format of MyThes, UTF-8, as in Debian's package mythes-de
(/usr/share/mythes/th_de_DE_v2.dat). Of each group of words that mean the same, the single words stay, folded and cut to
their stems as `commands.german_words` does it, a noun with a capital letter. So the bot need not do that at each start.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from commands.german_words import fold, stem_of

TARGET = Path(__file__).parents[3] / "storage" / "seed" / "openthesaurus.txt"
OTHER_MEANING = re.compile(r"\((?:Oberbegriff|Unterbegriff|Antonym|Assoziation)\)")
REMARK = re.compile(r"\([^)]*\)|\b(?:sich|etwas|jemanden|jemandem)\b")
WORD = re.compile(r"[A-Za-zÄÖÜäöüß-]{3,30}")


def groups(lines: Iterator[str]) -> Iterator[tuple[str, ...]]:
    """The groups of stems, each of at least two."""
    for line in lines:
        if not line.startswith("-|"):
            continue
        terms = (REMARK.sub("", term).strip() for term in line[2:].split("|") if not OTHER_MEANING.search(term))
        stems = {stem(term) for term in terms if WORD.fullmatch(term)}
        if len(stems) > 1:
            yield tuple(sorted(stems))


def stem(word: str) -> str:
    """The stem of a word; of a noun with a capital letter."""
    cut = stem_of(fold(word.replace("-", "")))
    return cut.capitalize() if word[0].isupper() else cut


def main(source: str) -> None:
    """Write the file anew."""
    with Path(source).open(encoding="utf-8") as lines:
        found = sorted(set(groups(line.rstrip("\n") for line in lines)))
    TARGET.write_text("".join(f"{' '.join(group)}\n" for group in found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
