"""Everything that decides what the heads of the second ear become; it is saved beside them."""

from dataclasses import dataclass, field
from typing import Final

from models.evaluation.scenes.material import EventKind
from models.evaluation.scenes.script import FULL

FRONT: Final = "front"  # everyday sound that comes forward: its share is apart from that of others


@dataclass(frozen=True, slots=True)
class VoiceRecipe:
    """The settings of a recipe file are any of these; what it leaves out is as here.

    Attributes:
        seed: of the mixtures, the heads' beginning and the order of learning.
        mixtures: that are heard, each of a recording drawn by ``share``.
        moments: of each mixture; a window ends there.
        share: of the mixtures that each kind gets.
        scenes: share of what is learned from that the first ear asked about in scenes; 0 for
            mixtures alone.
        scenes_h: hours of scenes without events.
        events: recordings of each kind of distress in the others.
        foreground: recordings of everyday sound that come forward in further scenes.
        asked_share: of what was asked about in them, of each kind and of what came forward.
        quiet: share of what is learned from that the first ear asked about in quiet rooms; 0 for
            none of it.
        quiet_recordings: of each sort that are heard there: calm and happy voices, everyday sounds,
            fear and anger.
        quiet_share: of what was asked about there, of each kind.
        perceptrons: that learn what distress is, by seeds from ``seed`` on; the head is the mean of
            what they say.
        hidden: units of each.
        passes: over all windows.
        batch: windows a step.
        learning_rate: AdamW's.
        weight_decay: AdamW's.
        dropout: of what is pooled, and of the hidden units.
        smoothing: of the kinds' labels.
        evidence_weight: of the head's log-odds beyond the prior, beside the other ears'. This and
            the next three were chosen on the development fold.
        evidence_prior: log-odds that say nothing.
        evidence_least: evidence against distress, at most; 0 for none.
        evidence_most: evidence for it.
        speeds: at which acted emotions are heard.
        components: principal components of the emotions.
        shrinkage: of their covariance towards its diagonal.
    """

    seed: int = 3
    mixtures: int = 14_000
    moments: int = 2
    share: dict[str, float] = field(
        default_factory=lambda: {
            "none": 0.45, "cry": 0.17, "anger": 0.15, "fear": 0.13, "infant": 0.10,
        }
    )  # fmt: skip
    scenes: float = 0.0
    scenes_h: float = 1.5
    events: dict[EventKind, int] = field(default_factory=lambda: dict(FULL.sources))
    foreground: int = 150
    asked_share: dict[str, float] = field(
        default_factory=lambda: {
            "none": 0.30, FRONT: 0.25, "cry": 0.12, "anger": 0.12, "fear": 0.14, "infant": 0.07,
        }
    )  # fmt: skip
    quiet: float = 0.0
    quiet_recordings: int = 1_500
    quiet_share: dict[str, float] = field(
        default_factory=lambda: {"none": 0.6, "anger": 0.2, "fear": 0.2}
    )
    perceptrons: int = 1
    hidden: int = 64
    passes: int = 12
    batch: int = 128
    learning_rate: float = 5e-4
    weight_decay: float = 0.05
    dropout: tuple[float, float] = (0.3, 0.5)
    smoothing: float = 0.05
    evidence_weight: float = 0.9
    evidence_prior: float = 0.75
    evidence_least: float = 0.0
    evidence_most: float = 3.0
    speeds: tuple[float, ...] = (1.0, 0.9, 1.1)
    components: int = 400
    shrinkage: float = 0.1
