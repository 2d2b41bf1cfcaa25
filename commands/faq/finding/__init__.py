"""Which entry a text asks for, and how sure that is. Pure: no I/O but the word lists, no clock, no model.

`reading` cuts a text into sentences and words, with the help of `everyday`, `english`, `verbs`, `asking` and `kinds`;
`index` measures them against the entries, with the help of `vocabulary`, `lexicon` and `spelling`; `confidence` weighs
what was measured; `ranking` is the seam to everybody else.
"""
