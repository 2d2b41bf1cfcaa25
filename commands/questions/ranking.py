"""Which questions matter to most: by votes, weighed against how many people take part in a group's questions."""

from collections.abc import Iterable, Mapping
from math import sqrt

from storage.tables import Question

_Z = 1.96  # 95 % confidence


def wilson_lower_bound(positive: int, total: int, z: float = _Z) -> float:
    """The least share (0 to 1) of supporters that `positive` out of `total` people make likely; of nobody it is 0.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American
    Statistical Association 22 (1927), pages 209 to 212: the lower end of the score interval, where `z` is the quantile
    of the normal distribution (1.96 for 95 %). Raises ValueError where not 0 <= positive <= total.
    """
    if not 0 <= positive <= total:
        raise ValueError(f"{positive} of {total} people is no share")
    if total == 0:
        return 0.0
    share, spread = positive / total, z * z / total
    centre = share + spread / 2
    margin = z * sqrt((share * (1 - share) + spread / 4) / total)
    return max(0.0, (centre - margin) / (1 + spread))


def ranked(questions: Iterable[Question], taking_part: Mapping[int, int]) -> list[Question]:
    """The questions, also of several groups, those that matter to most people first.

    `taking_part` is how many people ask or vote in each group (`storage.votes.taking_part`): 3 of 4 say more than 3 of
    40. Whoever asked supports the question too. Between equals: more votes, then what is due first, then the older one.
    """

    def rank(question: Question) -> tuple[float, int, int, int]:
        positive = question.votes + 1
        total = max(positive, taking_part.get(question.group_number, 0))
        return -wilson_lower_bound(positive, total), -question.votes, question.due_on.toordinal(), question.id

    return sorted(questions, key=rank)
