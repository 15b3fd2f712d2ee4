import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.fusion.level import RANK, lowered
from daemon.wire.base import LEVELS

level = st.sampled_from(LEVELS)


@pytest.mark.parametrize(
    ("highest", "wanted", "overwhelming", "result"),
    [
        ("critical", "advisory", False, "warning"),
        ("critical", "warning", False, "warning"),
        ("critical", "critical", False, "critical"),
        ("warning", "advisory", False, "advisory"),
        ("warning", "advisory", True, "warning"),
        ("critical", "advisory", True, "warning"),
        ("advisory", "advisory", True, "advisory"),
        ("advisory", "critical", False, "advisory"),
    ],
)
def test_lowered(highest, wanted, overwhelming, result):
    assert lowered(highest, wanted, overwhelming=overwhelming) == result


@given(level, level, st.booleans())
def test_one_level_at_most_and_never_up(highest, wanted, overwhelming):
    rank = RANK[lowered(highest, wanted, overwhelming=overwhelming)]
    assert RANK[highest] - 1 <= rank <= RANK[highest]
