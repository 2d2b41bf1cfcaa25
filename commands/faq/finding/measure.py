"""What is measured between a message and an entry; `confidence` weighs it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Numbers between 0 and 1, where nothing else is said, between one reading of a message and an entry.

    How well they fit:
    `explained`, the share of the message that the entry explains, by the weight of its words, and `nouns` of its nouns;
    `message`, the same over the nouns of the whole message, where only a sentence of it is read;
    `beside`, the share of the message beside the noun that both have (of none: whether both ask for the same kind);
    `touched`, the share of its best phrasing that the message touches; `evidence`, the weight of what both have;
    `alike`, the cosine of their character n-grams.

    What they ask for: `same_strictly` and `other_strictly` of the kinds of thing that nothing else can stand for
    ("was kostet"), `same_kind` and `other_kind` of the clear ones ("wer"), `same_loosely` and `other_loosely` where
    people mix them ("was ist", "wie"), `bare`, a word alone where the entry says what that is; `told`, the answer may
    tell such a thing; `opposite`, a deed and its undoing.

    What speaks against it: `elsewhere`, the share of the message that other entries explain better; `lacks_number`, a
    numbered thing is named ("AG 3"), and the entry has none; `unknown`, the share of German words that no entry
    knows.
    """

    explained: float
    nouns: float
    message: float
    beside: float
    touched: float
    evidence: float
    alike: float
    same_strictly: bool
    other_strictly: bool
    same_kind: bool
    other_kind: bool
    same_loosely: bool
    other_loosely: bool
    bare: bool
    told: bool
    opposite: bool
    elsewhere: float
    lacks_number: bool
    unknown: float
    wordy: float
