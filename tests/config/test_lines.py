"""Each key is found on its line, whatever the text around it looks like."""

from __future__ import annotations

import tomllib

from watcher.config.source_map import find_lines

TEXT = """# [not] = 1
[watch]
title = "x # [y] = z"
opened = 2026-05-14 09:30:00
n = 1.5e3
[ladder.senate-bill]
[[ladder.senate-bill.rule]]
id = "r"
when = { measure = "$m", step = ["a",
  "b"], x.y = 1 }
[[ladder.senate-bill.rule]]
says = { about = [
   "x", # one
   {k = 1},
] }
why = \"\"\"
[[not]]
a = "1"
\"\"\"
long = '''
it's [here]
'''
[[signal]]
[[signal.source]]
url = "u"
[[signal.source.follow]]
match = '\\d[a]"'
[[signal]]
"quoted key" = 3
[[signal.source]]
a.b = -5
c = true
"""


def test_keys_tables_and_members_stand_where_they_stand() -> None:
    tomllib.loads(TEXT)
    lines = find_lines(TEXT)
    assert {place: lines[place] for place in EXPECTED} == EXPECTED


EXPECTED: dict[tuple[str | int, ...], int] = {
    ("watch",): 2,
    ("watch", "title"): 3,
    ("watch", "opened"): 4,
    ("watch", "n"): 5,
    ("ladder", "senate-bill"): 6,
    ("ladder", "senate-bill", "rule", 0): 7,
    ("ladder", "senate-bill", "rule", 0, "id"): 8,
    ("ladder", "senate-bill", "rule", 0, "when", "step"): 9,
    ("ladder", "senate-bill", "rule", 0, "when", "step", 1): 10,
    ("ladder", "senate-bill", "rule", 0, "when", "x", "y"): 10,
    ("ladder", "senate-bill", "rule", 1): 11,
    ("ladder", "senate-bill", "rule", 1, "says", "about", 0): 13,
    ("ladder", "senate-bill", "rule", 1, "says", "about", 1, "k"): 14,
    ("ladder", "senate-bill", "rule", 1, "why"): 16,
    ("ladder", "senate-bill", "rule", 1, "long"): 20,
    ("signal", 0): 23,
    ("signal", 0, "source", 0): 24,
    ("signal", 0, "source", 0, "follow", 0, "match"): 27,
    ("signal", 1): 28,
    ("signal", 1, "quoted key"): 29,
    ("signal", 1, "source", 0): 30,
    ("signal", 1, "source", 0, "a", "b"): 31,
    ("signal", 1, "source", 0, "c"): 32,
}


def test_nothing_stands_where_nothing_is_written() -> None:
    assert find_lines("") == {}
    assert ("not",) not in find_lines(TEXT)
