"""One plain sentence that says why: no jargon, and no word that anybody spoke."""

from typing import Final

from daemon.fusion.decision import Decision
from daemon.fusion.level import RANK
from daemon.fusion.logodds import Fused
from daemon.wire.alert import ClearReason
from daemon.wire.base import Category, Kind

HEARD: Final[dict[Kind, str]] = {
    "scream": "A scream was heard",
    "shouting": "Shouting was heard",
    "crying": "Crying was heard",
    "pain": "Groaning or whimpering, as of someone in pain, was heard",
    "fear": "A voice sounds afraid",
    "anger": "A voice sounds furious",
    "infant_crying": "An infant is crying",
}

THING: Final[dict[Kind, str]] = {
    "scream": "screaming",
    "shouting": "shouting",
    "crying": "crying",
    "pain": "groaning or whimpering",
    "fear": "voice that sounded afraid",
    "anger": "voice that sounded furious",
    "infant_crying": "infant's crying",
}

STOPPED: Final[dict[ClearReason, str]] = {
    "ended": "the recording ended",
    "restart": "the daemon was restarted",
    "stopped": "listening was stopped",
    "source_lost": "the sound source was lost",
    "paused": "listening was paused",
}

POSSIBLE: Final = 0.25
SOUND_EVENTS: Final = frozenset[Kind]({"scream", "shouting", "crying", "pain"})


SAID: Final[dict[Category, str]] = {
    "fear": "the words sound afraid",
    "pain": "the words speak of pain",
    "threat": "the words speak of a threat or an attack",
    "medical": "the words speak of a medical emergency",
    "call_for_help": "the words are a call for help",
    "crying": "the words speak of grief or despair",
    "argument": "the words are of a quarrel",
    "none": "the words say nothing of distress",
}


def why(
    decision: Decision, fused: Fused, clear_after_s: float, category: Category | None = None
) -> str:
    """The sentence of one alert event.

    Args:
        decision: the step in the alert's life.
        fused: what each modality said at that moment.
        clear_after_s: how long it is quiet before an alert ends, in seconds.
        category: what the words that were said in it speak of, if any are known.
    """
    if decision.phase == "cleared":
        if decision.cause == "quiet":
            quiet = "no more of it was" if decision.kind == "infant_crying" else "no distress was"
            return f"The {THING[decision.kind]} has ended: {quiet} heard for {clear_after_s:g} s."
        return why_closed(decision.kind, decision.reason or "stopped")
    if decision.phase == "raised":
        return f"{_heard(decision, fused)}."
    words = f"; {SAID[category]}" if category and decision.cause in {"text", "amended"} else ""
    return f"{_change(decision)}{words}; {_so_far(decision, fused)}."


def why_closed(kind: Kind, reason: ClearReason) -> str:
    """The sentence of an alert that is cleared because nobody listens any more."""
    unknown = "" if reason == "ended" else "; what became of it is not known"
    return f"The alert about the {THING[kind]} was closed because {STOPPED[reason]}{unknown}."


def _heard(decision: Decision, fused: Fused) -> str:
    """What raised the alert."""
    audio = fused.evidence["audio"].probability
    if decision.kind == "infant_crying":
        return f"{HEARD[decision.kind]}: the sound is {_likely(audio)} that ({_percent(audio)})"
    if "text" in fused.evidence and fused.evidence["text"].probability > audio:
        return (
            "What was said suggests distress more than the sound does: "
            f"together they are {_likely(decision.score)} distress ({_percent(decision.score)})"
        )
    if decision.kind in SOUND_EVENTS:
        sound, when = "sound", ", strongest over the last second"
    else:
        sound, when = "tone of voice", ""
    return (
        f"{HEARD[decision.kind]}: the {sound} is {_likely(audio)} distress"
        f" ({_percent(audio)}){when}"
    )


def _change(decision: Decision) -> str:
    """What an update tells of."""
    thing = THING[decision.kind]
    if decision.before is not None and decision.before != decision.level:
        rose = RANK[decision.level] > RANK[decision.before]
        return (
            f"The alert about the {thing} {'rises' if rose else 'is lowered'} to {decision.level}"
        )
    if decision.cause == "text":
        return f"What was said has been weighed beside the {thing}"
    fading = decision.score < POSSIBLE
    return f"The {thing} {'is dying down' if fading else 'goes on'}"


def _so_far(decision: Decision, fused: Fused) -> str:
    """How likely it is by now."""
    score = decision.score
    if decision.cause == "overwhelming":
        audio = fused.evidence["audio"].probability
        return f"the sound alone is {_likely(audio)} distress ({_percent(audio)})"
    what = "an infant crying" if decision.kind == "infant_crying" else "distress"
    return f"it is now {_likely(score)} {what} ({_percent(score)})"


def _likely(probability: float) -> str:
    """A probability as people say it."""
    for least, words in ((0.9, "very likely"), (0.6, "likely"), (POSSIBLE, "possibly")):
        if probability >= least:
            return words
    return "unlikely to be"


def _percent(probability: float) -> str:
    """A probability in percent, which never claims certainty."""
    return f"{min(99, max(1, round(100 * probability)))} %"
