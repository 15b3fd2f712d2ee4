"""What became of an utterance, as an event."""

from daemon.clock import StreamClock
from daemon.language.utterance import Words
from daemon.wire.base import rfc3339
from daemon.wire.utterance import SpokenWord, UtteranceEvent


def utterance_event(words: Words, clock: StreamClock) -> UtteranceEvent:
    """The event of ``words``."""
    utterance = words.utterance
    start_s = clock.stream_s(utterance.start)
    return UtteranceEvent(
        time=rfc3339(clock.wall(utterance.end)),
        stream_s=clock.stream_s(utterance.end),
        id=utterance.id,
        start_s=start_s,
        end_s=clock.stream_s(utterance.end),
        transcript=words.text,
        doubt=words.doubt,
        lost=words.lost,
        language=words.language,
        distress=words.probability,
        category=words.category,
        reason=words.reason,
        words=tuple(
            SpokenWord(
                text=word.text,
                start_s=round(start_s + word.start_s, 3),
                end_s=round(start_s + word.end_s, 3),
                probability=word.probability,
            )
            for word in words.words
        ),
        sound=utterance.score,
    )
