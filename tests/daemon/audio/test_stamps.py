"""Stamps: each whole hop's time, for as long as it is promised."""

import pytest

from daemon.audio.stamps import Stamps

HOP = 160
NS_PER_SAMPLE = 62_500.0


@pytest.fixture
def stamps() -> Stamps:
    return Stamps(4, hop=HOP, ns_per_sample=NS_PER_SAMPLE)


def test_only_whole_hops_have_one(stamps: Stamps) -> None:
    stamps.add(0, HOP - 1, None, spread=False)
    with pytest.raises(LookupError):
        stamps.at(HOP)
    stamps.add(HOP - 1, 2 * HOP + 1, None, spread=False)
    assert stamps.at(1) == stamps.at(HOP) == stamps.at(2 * HOP)
    assert stamps.at(HOP)[1] == 0.0
    for never in (0, 2 * HOP + 1):
        with pytest.raises(LookupError):
            stamps.at(never)


def test_the_oldest_goes_when_another_needs_its_place(stamps: Stamps) -> None:
    stamps.add(0, 4 * HOP, 0, spread=False)
    oldest = stamps.at(HOP)
    assert oldest[0] == stamps.at(4 * HOP)[0]
    stamps.add(4 * HOP, 5 * HOP, None, spread=False)
    with pytest.raises(LookupError):
        stamps.at(HOP)
    assert stamps.at(2 * HOP)[0] == oldest[0]


def test_hops_that_come_at_once_can_be_stamped_as_if_each_came_when_due(stamps: Stamps) -> None:
    stamps.add(0, 3 * HOP, None, spread=True)
    first, second, third = (stamps.at(end * HOP)[0] for end in (1, 2, 3))
    assert third - second == second - first == 10_000_000


def test_each_hop_says_how_long_it_took_from_the_converter(stamps: Stamps) -> None:
    stamps.add(0, 2 * HOP, 5_000_000, spread=False)
    ring_ns, early_ms = stamps.at(HOP)
    _, late_ms = stamps.at(2 * HOP)
    assert late_ms == pytest.approx((ring_ns - 5_000_000) / 1e6)
    assert early_ms == pytest.approx(late_ms + 10.0)
