"""From the sequence of evidence to the sequence of decisions: pure, and the same at any pace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from daemon.acoustic.evidence import AcousticEvidence
from daemon.config.schema import Fusion
from daemon.fusion.context import Context
from daemon.fusion.decision import Decision, Moment
from daemon.fusion.history import History, bounded
from daemon.fusion.kind import cues, distress_kind, infant_kind
from daemon.fusion.level import level_of
from daemon.fusion.logodds import NOTHING, Fused, fuse
from daemon.fusion.reading import Reading
from daemon.fusion.tracker import AlertTrack, short_id
from daemon.wire.alert import ClearReason
from daemon.wire.base import Level, Modality
from models.features.constants import SAMPLE_RATE

NEW_STREAM: Final = 2 * SAMPLE_RATE
"""Samples. Evidence may come late by the gate's longest pre-roll; from further back it can only be
of a stream that began anew."""


SPEAKS_FOR: Final = 0.5
"""Probability from which words speak for distress in what is heard after them, too."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision, and what was known when it was taken."""

    decision: Decision
    fused: Fused
    evidence: AcousticEvidence
    said: Reading | None


class Fuser:
    """Fuses modalities and runs the two tracks, ``distress`` and ``infant``.

    What people say, where and when says nothing of whether an infant is crying, so that the
    infant track hears sound only. Infants cry every night: their alerts go no higher than warning.
    """

    def __init__(
        self,
        config: Fusion,
        new_id: Callable[[], str] = short_id,
        quiet: Callable[[int], bool] | None = None,
    ) -> None:
        self._config = config
        self._quiet = quiet
        self._history = History()
        self._new_id = new_id
        self._paused = False
        self._evidence: AcousticEvidence | None = None
        self.late = 0
        """Hops that came after a later one and were left out."""
        self._begin()

    def _begin(self) -> None:
        """Begin a stream: sample indices of another one mean nothing in it."""
        self._distress = AlertTrack(self._config, distress_kind, self._new_id)
        self._infant = AlertTrack(self._config, infant_kind, self._new_id, ceiling="warning")
        self._fused: dict[AlertTrack, Fused] = {self._distress: NOTHING, self._infant: NOTHING}
        self._readings: dict[Modality, Reading] = {}
        self._said: Reading | None = None
        self._context = Context(self._quiet)

    @property
    def score(self) -> float:
        """Fused probability of distress at the last hop; kept up during a pause."""
        return self._fused[self._distress].score

    @property
    def infant_score(self) -> float:
        """Probability of an infant crying at the last hop."""
        return self._fused[self._infant].score

    @property
    def paused(self) -> bool:
        """Whether nothing is raised for now."""
        return self._paused

    def hear(self, evidence: AcousticEvidence) -> list[Judgement]:
        """Take one hop in, and decide.

        Raises:
            ValueError: the evidence carries a probability that is none (NaN included).
        """
        judgements: list[Judgement] = []
        if self._evidence is not None and evidence.sample <= self._evidence.sample:
            if self._evidence.sample - evidence.sample <= NEW_STREAM:
                self.late += 1
                return judgements
            judgements = self.close("source_lost")
            self._begin()
        self._evidence = evidence
        sample = evidence.sample
        sound = Reading(evidence.distress, sample)
        infant = Reading(evidence.infant, sample)
        weight, fresh_s = self._config.weight, self._config.fresh_s
        self._readings["audio"] = sound
        self._context.hear(evidence)
        self._surroundings(evidence)
        fused = self._fuse(self._readings, sample)
        fused_infant = fuse({"audio": infant}, sample, weight, fresh_s)
        self._fused = {self._distress: fused, self._infant: fused_infant}
        if self._paused:
            return judgements
        text = self._readings.get("text") if "text" in fused.evidence else None
        heard = cues(evidence)
        decisions = (
            (
                self._distress,
                Moment(
                    sample=sample,
                    score=fused.score,
                    audio=sound.probability,
                    cues=heard,
                    trustworthy=text is not None and text.trustworthy,
                ),
            ),
            (self._infant, Moment(sample, fused_infant.score, infant.probability, heard)),
        )
        for track, moment in decisions:
            judgements += self._judged(track, track.advance(moment))
        return judgements

    def learn(self, history: History) -> None:
        """Take what people said of past alerts, in the place of what was known."""
        self._history = history

    def _surroundings(self, evidence: AcousticEvidence) -> None:
        """Context and history for this hop, where they have anything to say."""
        sample, readings = evidence.sample, self._readings
        around = self._context.reading(sample, alert_open=self._distress.open_alert is not None)
        # It speaks of sounds that leave it open what they are. Beside any other it would hold an
        # alert open for as long as it remembers, and what happens next would raise none.
        if around is None or evidence.distress < self._config.release:
            readings.pop("context", None)
        else:
            readings["context"] = around
        past = None
        if self._history.remarks and evidence.distress >= self._config.release:
            top = evidence.events.top if evidence.events is not None else ()
            sound = max(top, key=lambda one: one[1])[0] if top else None
            past = self._history.probability(distress_kind(cues(evidence)), sound)
        if past is None:
            readings.pop("history", None)
        else:
            readings["history"] = Reading(past, sample)

    def _fuse(self, readings: Mapping[Modality, Reading], sample: int) -> Fused:
        """The pool, in which history is held within its bounds."""
        config = self._config
        fused = fuse(readings, sample, config.weight, config.fresh_s)
        if "history" not in fused.evidence:
            return fused
        others: dict[Modality, Reading] = {
            name: one for name, one in readings.items() if name != "history"
        }
        without = fuse(others, sample, config.weight, config.fresh_s)
        score = bounded(fused.score, without.score, config.threshold)
        return replace(fused, score=score)

    def read(self, reading: Reading) -> list[Judgement]:
        """Take words in; they count from the next hop on, while they are fresh.

        Words are also weighed beside the sound in which they were said, if an alert that this
        sound raised is still open. Words that deny distress do no more than that: they say nothing
        of the sounds before and after them.
        """
        self._context.read(reading)
        if self._said is not None and self._said.sample > reading.sample:
            return []  # utterances may overtake each other; the newest moment spoken of counts
        speaks_for = reading.probability >= SPEAKS_FOR
        if speaks_for:
            self._remember(reading)
        onset = self._distress.onset
        if onset is None or reading.sample <= onset:
            self._said = reading
            return []
        if not speaks_for and reading.since is not None and reading.since > onset:
            return []  # calm words after a scream, perhaps another's, are no word on the scream
        self._said = reading
        return self._weigh(reading)

    def _remember(self, reading: Reading) -> None:
        known = self._readings.get("text")
        if known is None or known.sample <= reading.sample:
            self._readings["text"] = reading

    def _weigh(self, said: Reading) -> list[Judgement]:
        """Sound and words of the same time, pooled; the open alert's level follows."""
        together = dict(self._readings)
        sound = max(said.sound, self._fused[self._distress].evidence["audio"].probability)
        together |= {"audio": Reading(sound, said.sample), "text": said}
        config = self._config
        fused = self._fuse(together, said.sample)
        level = level_of(fused.score, config.threshold)
        decision = self._distress.weigh(level, fused.score, trustworthy=said.trustworthy)
        return self._judged(self._distress, decision, fused)

    def amend(self, alert: str, level: Level, *, trustworthy: bool = False) -> list[Judgement]:
        """Set an open alert's level (see :meth:`AlertTrack.amend`); nothing if it has ended."""
        for track in self._fused:
            if track.open_alert == alert:
                return self._judged(track, track.amend(level, trustworthy=trustworthy))
        return []

    def close(self, reason: ClearReason) -> list[Judgement]:
        """Clear every open alert because listening stops here."""
        return [
            judgement
            for track in self._fused
            for judgement in self._judged(track, track.close(reason))
        ]

    def reconfigure(self, config: Fusion) -> None:
        """Decide by ``config`` from the next hop on."""
        self._config = config
        for track in self._fused:
            track.reconfigure(config)

    def pause(self) -> list[Judgement]:
        """Clear every open alert, and raise nothing until :meth:`resume`."""
        self._paused = True
        return self.close("paused")

    def resume(self) -> None:
        """Raise alerts again; what was heard during the pause confirms nothing."""
        self._paused = False

    def _judged(
        self, track: AlertTrack, decision: Decision | None, fused: Fused | None = None
    ) -> list[Judgement]:
        if decision is None or self._evidence is None:
            return []
        if track is self._distress:
            self._context.decided(decision)
        said = self._said if track is self._distress else None
        # Words from before the alert began are fresh for a while, but are not what was said in it.
        if said is not None and said.sample <= decision.onset:
            said = None
        return [Judgement(decision, fused or self._fused[track], self._evidence, said)]
