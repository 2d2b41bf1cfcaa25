"""Which questions ask the same in other words: found over their terms, compared word by word."""

from commands.questions.similar.search import SEARCHED, index, index_missing, similar, terms_of

__all__ = ["SEARCHED", "index", "index_missing", "similar", "terms_of"]
