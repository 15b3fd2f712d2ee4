from hypothesis import given
from hypothesis import strategies as st

from daemon.notify.digest import Digest
from daemon.notify.notice import Notice

LEVEL = st.sampled_from(["advisory", "warning", "critical"])


def notice(name, level="warning"):
    return Notice(f"Title {name}", f"Text {name}.", level, str(name), what="alert")


def test_a_storm_is_a_few_and_one_digest_for_each_time_that_it_lasts():
    digest = Digest(after=3, every_s=60.0)
    through = [digest.add(notice(n), n * 0.06, 0.0) for n in range(1_000)]
    assert [one.about for one in through if one] == ["0", "1", "2"]
    assert digest.due(59.9) == []
    (told,) = digest.due(61.0)
    assert (told.count, told.what, told.level) == (997, "digest", "warning")
    assert digest.add(notice("next"), 61.1, 0.0) is None, "the storm goes on"
    assert digest.next_s() == 121.1
    (single,) = digest.due(121.1)
    assert single.title == "Title next", "one is told as it is"
    assert digest.add(notice("calm"), 300.0, 0.0) is not None


def test_many_advisories_never_hold_up_what_is_critical():
    digest = Digest(after=1, every_s=60.0)
    for n in range(100):
        digest.add(notice(n, "advisory"), 0.0, 0.0)
    assert digest.add(notice("c", "critical"), 0.0, 0.0) is not None


def test_none():
    digest = Digest(after=0, every_s=60.0)
    assert all(digest.add(notice(n), 0.0, 0.0) for n in range(1_000))
    assert digest.next_s() is None


@given(
    st.lists(st.tuples(LEVEL, st.floats(0.0, 30.0)), max_size=200),
    st.integers(0, 5),
    st.floats(1.0, 100.0),
)
def test_everything_is_told_once_alone_or_in_a_digest(steps, after, every_s):
    digest = Digest(after, every_s)
    now = 0.0
    told = 0
    for number, (level, wait_s) in enumerate(steps):
        now += wait_s
        told += sum(one.count for one in digest.due(now))
        told += digest.add(notice(number, level), now, 0.0) is not None
    told += sum(one.count for one in digest.due(now, all_of_it=True))
    assert told == len(steps)
    assert digest.next_s() is None
