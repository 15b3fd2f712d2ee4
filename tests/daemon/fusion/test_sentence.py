from typing import get_args

import pytest

from daemon.fusion.decision import Decision
from daemon.fusion.logodds import Fused, Share
from daemon.fusion.sentence import why, why_closed
from daemon.wire.alert import ClearReason
from daemon.wire.base import Kind


def decision(phase="raised", kind="scream", level="critical", **more):
    fields = {
        "alert": "a",
        "cause": "confirmed",
        "before": None if phase == "raised" else level,
        "score": 0.94,
        "sample": 16_000,
        "onset": 12_800,
    }
    return Decision(phase=phase, kind=kind, level=level, **(fields | more))


def fused(audio=0.94, text=None):
    evidence = {"audio": Share(probability=audio, weight=0.5, age_s=0.0)}
    if text is not None:
        evidence["text"] = Share(probability=text, weight=0.5, age_s=2.0)
    return Fused(0.94, evidence)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            decision(),
            "A scream was heard: the sound is very likely distress (94 %),"
            " strongest over the last second.",
        ),
        (
            decision(kind="fear"),
            "A voice sounds afraid: the tone of voice is very likely distress (94 %).",
        ),
        (
            decision(kind="infant_crying"),
            "An infant is crying: the sound is very likely that (94 %).",
        ),
        (
            decision("updated", before="warning"),
            "The alert about the screaming rises to critical; it is now very likely distress"
            " (94 %).",
        ),
        (
            decision("updated", "crying", "warning", before="critical", score=0.5),
            "The alert about the crying is lowered to warning; it is now possibly distress (50 %).",
        ),
        (
            decision("updated", before="warning", cause="overwhelming", score=0.3),
            "The alert about the screaming rises to critical; the sound alone is very likely"
            " distress (94 %).",
        ),
        (
            decision("updated", cause="text"),
            "What was said has been weighed beside the screaming; it is now very likely distress"
            " (94 %).",
        ),
        (
            decision("updated", "shouting", cause="score", score=0.7),
            "The shouting goes on; it is now likely distress (70 %).",
        ),
        (
            decision("updated", cause="score", score=0.1),
            "The screaming is dying down; it is now unlikely to be distress (10 %).",
        ),
        (
            decision("cleared", cause="quiet", reason="ended"),
            "The screaming has ended: no distress was heard for 3 s.",
        ),
        (
            decision("cleared", "infant_crying", cause="quiet", reason="ended"),
            "The infant's crying has ended: no more of it was heard for 3 s.",
        ),
        (
            decision("cleared", cause="closed", reason="ended"),
            "The alert about the screaming was closed because the recording ended.",
        ),
        (
            decision("cleared", cause="closed", reason="source_lost"),
            "The alert about the screaming was closed because the sound source was lost;"
            " what became of it is not known.",
        ),
    ],
)
def test_why(what, said):
    assert why(what, fused(), 3.0) == said


def test_text_that_says_more_than_the_sound():
    said = why(decision(score=0.7), fused(audio=0.5, text=0.9), 3.0)
    assert said == (
        "What was said suggests distress more than the sound does:"
        " together they are likely distress (70 %)."
    )


@pytest.mark.parametrize(("p", "percent"), [(0.9999, "99 %"), (0.0001, "1 %"), (0.505, "50 %")])
def test_percent_never_claims_certainty(p, percent):
    assert f"({percent})" in why(decision(score=p), fused(audio=p), 3.0)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("reason", get_args(ClearReason))
def test_every_kind_and_reason_has_its_sentence(kind, reason):
    said = why_closed(kind, reason)
    assert said.endswith(".")
    assert said.count(".") == 1


def test_every_kind_is_raised_in_other_words():
    assert len({why(decision(kind=kind), fused(), 3.0) for kind in get_args(Kind)}) == 7
