import tomllib

from hypothesis import given
from hypothesis import strategies as st

from daemon.config.lines import key_lines


def test_tables_dotted_keys_arrays_and_inline_tables():
    text = '''# a comment = 1
top = "a # b = [c]"

[table] # here
"quoted key" = 'x'
dotted.key = """
two = 1
[no.table]
"""
list = [ # one
  1, "b]",
  { inner = 2 },
]
inline = { a = 1, b = { c = 2 } }

[table.sub]
when = 07:32:00

[[many]]
x = 1
[[many]]
x = 2
[many.sub]
y = 3
'''
    tomllib.loads(text)
    assert key_lines(text) == {
        ("top",): 2,
        ("table",): 4,
        ("table", "quoted key"): 5,
        ("table", "dotted"): 6,
        ("table", "dotted", "key"): 6,
        ("table", "list"): 10,
        ("table", "list", 0): 11,
        ("table", "list", 1): 11,
        ("table", "list", 2): 12,
        ("table", "list", 2, "inner"): 12,
        ("table", "inline"): 14,
        ("table", "inline", "a"): 14,
        ("table", "inline", "b"): 14,
        ("table", "inline", "b", "c"): 14,
        ("table", "sub"): 16,
        ("table", "sub", "when"): 17,
        ("many", 0): 19,
        ("many", 0, "x"): 20,
        ("many", 1): 21,
        ("many", 1, "x"): 22,
        ("many", 1, "sub"): 23,
        ("many", 1, "sub", "y"): 24,
    }


VALUES = st.sampled_from(
    [
        "1",
        "-1.5e3",
        "true",
        '"a]}#="',
        "'#'",
        "[]",
        "[1, [2], # c\n 3]",
        "{}",
        "{a = 1}",
        '""" " """',
    ]
)


@given(st.lists(st.tuples(st.integers(0, 3), VALUES), max_size=12))
def test_every_key_that_tomllib_reads_has_the_line_it_was_written_on(rows: list[tuple[int, str]]):
    lines: list[str] = []
    expected = {}
    for number, (blanks, value) in enumerate(rows):
        lines += [""] * blanks
        expected[(f"key{number}",)] = len(lines) + 1
        lines += f"key{number} = {value}".split("\n")
    text = "\n".join(lines)
    assert set(tomllib.loads(text)) == {key for (key,) in expected}
    found = key_lines(text)
    assert {loc: line for loc, line in found.items() if len(loc) == 1} == expected
