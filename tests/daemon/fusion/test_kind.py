from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.fusion.kind import Cues, cues, distress_kind, infant_kind, strongest

share = st.floats(0.0, 1.0)
any_cues = st.builds(Cues, share, share, share, share, share, share)


@pytest.mark.parametrize(
    ("heard", "kind"),
    [
        (Cues(scream=0.05, fear=0.9), "scream"),
        (Cues(scream=0.049, fear=0.9), "fear"),
        (Cues(scream=0.2, shouting=0.3), "shouting"),
        (Cues(crying=0.2, pain=0.1, anger=0.9), "crying"),
        (Cues(pain=0.06), "pain"),
        (Cues(fear=0.3, anger=0.4), "anger"),
        (Cues(fear=0.4, anger=0.4), "fear"),
        (Cues(), "fear"),
    ],
)
def test_kind_of_distress(heard, kind):
    assert distress_kind(heard) == kind


def test_infant_track_knows_one_kind():
    assert infant_kind(Cues(scream=1.0)) == "infant_crying"


def test_cues_of_a_hop(hop):
    heard = cues(hop(160, scream=0.7, fearful=0.3, angry=0.2))
    assert heard == Cues(scream=0.7, fear=0.3, anger=0.2)


def test_cues_without_sound_events_or_open_gate(hop):
    assert cues(replace(hop(160, scream=0.7, gate=False), events=None)) == Cues()


@given(any_cues, any_cues)
def test_strongest_is_the_largest_of_each(one, other):
    both = strongest(one, other)
    assert both == strongest(other, one)
    assert all(b >= max(x, y) for b, x, y in zip(both, one, other, strict=True))
