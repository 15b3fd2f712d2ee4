"""From the sequence of evidence to the sequence of decisions: pure, and the same at any pace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.opinion import Opinion
from daemon.config.schema import Fusion
from daemon.fusion.context import Context
from daemon.fusion.decision import Decision, Moment
from daemon.fusion.history import History, bounded
from daemon.fusion.kind import audible, cues, distress_kind, infant_kind
from daemon.fusion.level import level_of
from daemon.fusion.logodds import NOTHING, Fused, Share, beyond, fuse
from daemon.fusion.opinions import Opinions
from daemon.fusion.reading import Reading
from daemon.fusion.tracker import AlertTrack, short_id
from daemon.wire.alert import ClearReason
from daemon.wire.base import Level, Modality
from models.features.constants import SAMPLE_RATE

NEW_STREAM: Final = 2 * SAMPLE_RATE
"""Samples. Evidence may come late by the gate's longest pre-roll; from further back it can only be
of a stream that began anew."""


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
        self._closed: ClearReason | None = None  # why nothing has been heard since
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
        self._opinions = Opinions()
        self._surrounded = self._said_of_late = self._seconded = False
        self._context = Context(self._quiet)

    @property
    def score(self) -> float:
        """Fused probability of distress at the last hop; kept up during a pause."""
        return self._fused[self._distress].score

    @property
    def shares(self) -> Mapping[Modality, Share]:
        """What each modality said of distress at the last hop."""
        return self._fused[self._distress].evidence

    @property
    def infant_score(self) -> float:
        """Probability of an infant crying at the last hop."""
        return self._fused[self._infant].score

    @property
    def alone(self) -> bool:
        """Whether nothing but the hop loop's ear has anything to say beside the next hops.

        Else an alert may begin with a sound that is nothing by itself. History moves a score too
        little for that.
        """
        return not (self._surrounded or self._said_of_late or self._seconded)

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
        evidence = self._by_both_ears(evidence)
        self._evidence, self._closed = evidence, None
        sample = evidence.sample
        sound = Reading(evidence.distress, sample)
        infant = Reading(evidence.infant, sample)
        weight, fresh_s = self._config.weight, self._config.fresh_s
        self._readings["audio"] = sound
        self._context.hear(evidence)
        self._surroundings(evidence)
        fused = self._fuse(self._counting(evidence), sample, bound_text=True)
        fused_infant = fuse({"audio": infant}, sample, weight, fresh_s)
        self._fused = {self._distress: fused, self._infant: fused_infant}
        if self._paused:
            return judgements
        text = self._readings.get("text") if "text" in fused.evidence else None
        trusted = text is not None and text.trustworthy and beyond(text) > 0.0
        heard = cues(evidence)
        decisions = (
            (
                self._distress,
                Moment(
                    sample=sample,
                    score=fused.score,
                    audio=sound.probability,
                    cues=heard,
                    trustworthy=trusted,
                ),
            ),
            (self._infant, Moment(sample, fused_infant.score, infant.probability, heard)),
        )
        for track, moment in decisions:
            judgements += self._judged(track, track.advance(moment))
        return judgements

    def opine(self, opinion: Opinion) -> None:
        """Take in what the second ear heard; it counts from the next hop on, for a moment."""
        self._opinions.take(opinion)

    def _by_both_ears(self, evidence: AcousticEvidence) -> AcousticEvidence:
        """What the hop loop heard, with what the second ear says of it."""
        sample = evidence.sample
        self._seconded = self._opinions.count(sample)
        if not self._seconded:
            return evidence
        return replace(evidence, distress=self._opinions.beside(evidence.distress, sample))

    def learn(self, history: History) -> None:
        """Take what is usual and what people said, in the place of what was known."""
        self._history = history

    def _surroundings(self, evidence: AcousticEvidence) -> None:
        """Context and history for this hop, where they have anything to say."""
        sample, readings = evidence.sample, self._readings
        around = self._context.reading(sample)
        self._surrounded = around is not None
        said = readings.get("text")
        fresh = self._config.fresh_s["text"] * SAMPLE_RATE
        self._said_of_late = said is not None and sample - said.sample <= fresh
        # It speaks of sounds that leave it open what they are. Beside any other it would hold an
        # alert open for as long as it remembers, and what happens next would raise none.
        if around is None or evidence.distress < self._config.release:
            readings.pop("context", None)
        else:
            readings["context"] = around
        past = None
        if self._history.known and evidence.distress >= self._config.release:
            top = evidence.events.top if evidence.events is not None else ()
            sound = max(top, key=lambda one: one[1])[0] if top else None
            past = self._history.probability(distress_kind(cues(evidence)), sound)
        if past is None:
            readings.pop("history", None)
        else:
            readings["history"] = Reading(past, sample)

    def _counting(self, evidence: AcousticEvidence) -> Mapping[Modality, Reading]:
        """What counts beside this hop.

        Words from before it speak of sounds that leave it open what they are, as context does;
        and calm ones say nothing of a scream, or of any other cry.
        """
        said = self._readings.get("text")
        if said is None:
            return self._readings
        if evidence.distress >= self._config.release and (
            beyond(said) > 0.0 or not audible(evidence)
        ):
            return self._readings
        return {name: one for name, one in self._readings.items() if name != "text"}

    def _fuse(
        self, readings: Mapping[Modality, Reading], sample: int, *, bound_text: bool
    ) -> Fused:
        """The fused probability, which history lowers by one level at most.

        Args:
            readings: what takes part.
            sample: the moment.
            bound_text: words that were said before this moment do no more than that either.
        """
        config = self._config
        fused = fuse(readings, sample, config.weight, config.fresh_s)
        said = readings.get("text")
        bound_text = bound_text and said is not None and beyond(said) < 0.0
        held = {"history", "text"} if bound_text else {"history"}
        if held.isdisjoint(fused.evidence):
            return fused
        others: dict[Modality, Reading] = {
            name: one for name, one in readings.items() if name not in held
        }
        without = fuse(others, sample, config.weight, config.fresh_s)
        score = bounded(fused.score, without.score, config.threshold)
        return replace(fused, score=score)

    def read(self, reading: Reading) -> list[Judgement]:
        """Take words in; they count from the next hop on, and fade.

        Words are weighed beside the sound in which they were said: if it has raised an alert that
        is open, that alert is updated; if not, words for distress may raise one. Words that deny
        distress are no word on an alert whose level comes from before or after them, and nothing at
        all unless they are ``trustworthy``: of a cry, or of another language, a transcription makes
        calm sentences.
        """
        if beyond(reading) < 0.0 and not reading.trustworthy:
            return []
        self._context.read(reading)
        known = self._readings.get("text")
        if known is not None and known.sample > reading.sample:
            return []  # utterances may overtake each other; the newest moment spoken of counts
        self._readings["text"] = reading
        self._said_of_late = True
        speaks_for = beyond(reading) > 0.0
        onset, escalated = self._distress.onset, self._distress.escalated
        if onset is None or escalated is None or reading.sample <= onset:
            self._said = reading
            return self._speak(reading) if onset is None and speaks_for else []
        if not (speaks_for or _within(escalated, reading)):
            return []  # calm words after a scream, perhaps another's, are no word on the scream
        self._said = reading
        return self._weigh(reading)

    def _speak(self, said: Reading) -> list[Judgement]:
        """No alert is open: raise one, if words and the sound in which they were said are one."""
        now = said.sample if self._evidence is None else self._evidence.sample
        if self._paused or now - said.sample > self._config.fresh_s["text"] * SAMPLE_RATE:
            return []
        since = said.sample if said.since is None else said.since
        fused = self._together(said, said.sound)
        decision = self._distress.speak(
            fused.score, said.sound, since, trustworthy=said.trustworthy
        )
        raised = self._judged(self._distress, decision, fused)
        if raised and self._closed is not None:  # nothing comes any more that would end it
            raised += self.close(self._closed)
        return raised

    def _weigh(self, said: Reading) -> list[Judgement]:
        """The open alert's level follows sound and words of the same time."""
        sound = max(said.sound, self._fused[self._distress].evidence["audio"].probability)
        fused = self._together(said, sound)
        level = level_of(fused.score, self._config.threshold)
        decision = self._distress.weigh(level, fused.score, trustworthy=said.trustworthy)
        return self._judged(self._distress, decision, fused)

    def _together(self, said: Reading, sound: float) -> Fused:
        """What words and sound of the same time amount to."""
        together = dict(self._readings)
        together |= {"audio": Reading(sound, said.sample), "text": said}
        return self._fuse(together, said.sample, bound_text=False)

    def amend(self, alert: str, level: Level, *, trustworthy: bool = False) -> list[Judgement]:
        """Set an open alert's level (see :meth:`AlertTrack.amend`); nothing if it has ended."""
        for track in self._fused:
            if track.open_alert == alert:
                return self._judged(track, track.amend(level, trustworthy=trustworthy))
        return []

    def close(self, reason: ClearReason) -> list[Judgement]:
        """Clear every open alert because listening stops here.

        Words that come afterwards are still told of: what they raise is cleared at once.
        """
        self._closed = reason
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


def _within(sample: int, said: Reading) -> bool:
    """Whether ``said`` speaks of the sound at ``sample``."""
    return (said.since is None or said.since <= sample) and sample <= said.sample
