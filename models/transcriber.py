"""Speech to text by faster-whisper: a batch of utterances in, one transcript for each out.

All utterances of a batch go through the network together, padded to the longest and some seconds of
silence (not to the thirty seconds that Whisper was trained with: the encoder's time grows with
the padding). Those few of which it is then unsure are heard once more, padded to the thirty.
faster-whisper's own batching pads to thirty seconds and cuts as it likes, so its parts are used
here: features, tokens, the CTranslate2 model, alignment, voice activity.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.catalogue import WHISPER
from models.errors import ModelError
from models.features.constants import SAMPLE_RATE
from models.headers.ctranslate2 import check_ctranslate2
from models.language.doubts import LEAST_VOICED_S, doubt, plain, shaky, without_loops
from models.language.quoting import printable
from models.language.spoken import check_spoken
from models.language.transcript import NOTHING, Transcript, Word
from models.registry import FILES, find

Float = NDArray[np.float32]

FRAME: Final = 160  # samples of a feature frame
FRAMES_30S: Final = 3_000  # what the encoder takes at most
# Samples of silence after the longest utterance. On read sentences one second costs four points of
# word error rate against three, and thirty seconds are no better than three.
PADDING: Final = 3 * SAMPLE_RATE
SHORTEST: Final = SAMPLE_RATE // 5  # nobody says a word in less
TOKENS_PER_S: Final = 8.0  # fast speech has about six
TOKENS_MOST: Final = 220
LATEST_START: Final = 250  # timestamps of 20 ms: speech may begin late in an utterance
VAD_THRESHOLD: Final = 0.35  # of Silero's; cries for help are less like its training than talk
NEEDED = ("model.bin", "config.json", "tokenizer.json")


class Transcriber:
    """Whisper, for one thread at a time.

    Args:
        model: ``tiny.en`` (the registered one), or the folder of a converted model.
        device: ``auto``, ``cpu`` or ``cuda``; CTranslate2 has no Metal, so a Mac uses its CPU.
        threads: of the processor.
        language: the language spoken; None to detect it, where the model knows more than one.
        beam: how many hypotheses are followed.

    Attributes:
        padding: samples of silence after the longest utterance of a batch.

    Raises:
        ModelError: the library or a file is missing, the files are no Whisper model, the device is
            not there, or the model does not know the language.
    """

    def __init__(
        self,
        model: str | Path = "tiny.en",
        *,
        device: str = "auto",
        threads: int = 1,
        language: str | None = None,
        beam: int = 1,
    ) -> None:
        folder = model_folder(str(model))
        try:
            from faster_whisper import WhisperModel, vad
            from faster_whisper.tokenizer import Tokenizer
        except ImportError as error:
            raise ModelError(
                "faster-whisper is not installed, so that nothing can be transcribed.",
                "Install the extra: pip install 'distressd[language]'",
            ) from error
        check_device(device)
        try:
            check_ctranslate2(folder / NEEDED[0])
            self._whisper = WhisperModel(
                str(folder),
                device=device,
                compute_type="int8" if device != "cuda" else "int8_float16",
                cpu_threads=threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError, KeyError) as error:
            told = " ".join(str(error).split())[:200]
            raise ModelError(
                f"{folder} cannot be loaded as a Whisper model ({told}).",
                f"Delete it and run `distressd models pull {WHISPER}`, or name a folder that"
                " CTranslate2's converter made.",
            ) from error
        multilingual = self._whisper.model.is_multilingual
        if language is not None:
            tokens = self._whisper.hf_tokenizer.get_vocab()
            check_spoken(language, tokens if multilingual else None, str(folder))
        self._vad = vad
        self._beam = beam
        self.padding = PADDING
        self._language = language if multilingual else "en"
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer,
            multilingual,
            task="transcribe",
            language=self._language or "en",
        )

    def __call__(
        self, utterances: Sequence[Float], *, word_times: bool = False, gates: bool = True
    ) -> list[Transcript]:
        """One transcript for each utterance, in their order.

        Args:
            utterances: each (n,) float32 at 16 kHz in [-1, 1]; at most 29 s are read.
            word_times: whether to align words; costs another pass over the text.
            gates: False gives what Whisper wrote, whatever there is to be said against it.
        """
        found = [NOTHING] * len(utterances)
        if gates:
            for some in self.settled(utterances, word_times=word_times):
                for i, one in some:
                    found[i] = one
            return found
        heard, cut, frames = self._cut(utterances)
        for i, one in zip(heard, self._hear(cut, frames, word_times=word_times), strict=True):
            found[i] = one
        return found

    def settled(
        self, utterances: Sequence[Float], *, word_times: bool = False
    ) -> Iterator[list[tuple[int, Transcript]]]:
        """The same with gates, each by its place: first all that are sure, then the others singly.

        With little padding Whisper is as good and several times as fast where somebody speaks
        clearly; where he does not, it doubts more and invents more. Those are heard once more: one
        by one, for attention over thirty seconds takes 54 MB an utterance.
        """
        heard, cut, frames = self._cut(utterances)
        first = self._hear(cut, frames, word_times=word_times)
        once = {
            i: (_gated(one, sound), sound) for i, one, sound in zip(heard, first, cut, strict=True)
        }
        again = [i for i, (one, _) in once.items() if frames < FRAMES_30S and _unsure(one)]
        short = [(i, NOTHING) for i in set(range(len(utterances))) - once.keys()]
        yield [*((i, one) for i, (one, _) in once.items() if i not in again), *short]
        for i in again:
            one, sound = once[i]
            (second,) = self._hear([sound], FRAMES_30S, word_times=word_times)
            # Twice the same: that is what was said.
            alike = one.text and plain(second.text) == plain(one.text)
            yield [(i, replace(one if alike else _gated(second, sound), faint=True))]

    def _cut(self, utterances: Sequence[Float]) -> tuple[list[int], list[Float], int]:
        """Which are long enough to be heard; these, as long as can be heard; frames for each."""
        heard = [i for i, one in enumerate(utterances) if len(one) >= SHORTEST]
        longest = FRAMES_30S * FRAME - SAMPLE_RATE
        cut = [np.ascontiguousarray(utterances[i][:longest], np.float32) for i in heard]
        most = max((len(one) for one in cut), default=0)
        return heard, cut, min(FRAMES_30S, (most + self.padding) // FRAME)

    def _hear(self, sounds: Sequence[Float], frames: int, *, word_times: bool) -> list[Transcript]:
        """What Whisper writes of ``sounds``, each padded to ``frames``, whatever is against it."""
        if not sounds:
            return []
        encoded = self._whisper.encode(np.stack([self._features(one, frames) for one in sounds]))
        languages = self._languages(encoded, len(sounds))
        results = self._write(encoded, languages, max(len(one) for one in sounds))
        times: list[tuple[Word, ...]] = [()] * len(sounds)
        if word_times:
            times = self._align(encoded, results, languages, sounds)
        return [
            self._transcript(sound, result, language, words)
            for sound, result, language, words in zip(
                sounds, results, languages, times, strict=True
            )
        ]

    def _features(self, sound: Float, frames: int) -> Float:
        padded = np.zeros(frames * FRAME, np.float32)
        padded[: len(sound)] = sound
        features: Float = self._whisper.feature_extractor(padded)[:, :frames]
        return features

    def _languages(self, encoded: Any, count: int) -> list[str]:
        if self._language is not None:
            return [self._language] * count
        detected = self._whisper.model.detect_language(encoded)
        return [str(best[0][0]).strip("<|>") for best in detected]

    def _write(self, encoded: Any, languages: Sequence[str], longest: int) -> Any:
        """Tokens for what was encoded of sounds of ``longest`` samples at most."""
        prompts = []
        for language in languages:
            self._speak(language)
            # With timestamps: the model then says when speech ends. Without, and with so little
            # padding, it goes on saying the same.
            prompts.append(list(self._tokenizer.sot_sequence))
        most = int((longest + PADDING) / SAMPLE_RATE * TOKENS_PER_S) + 8
        return self._whisper.model.generate(
            encoded,
            prompts,
            beam_size=self._beam,
            max_length=len(prompts[0]) + min(TOKENS_MOST, most),
            return_scores=True,
            return_no_speech_prob=True,
            max_initial_timestamp_index=LATEST_START,
        )

    def _speak(self, language: str) -> None:
        """Make the tokenizer's prompt one of ``language``."""
        if self._whisper.model.is_multilingual:
            self._tokenizer.language = self._tokenizer.tokenizer.token_to_id(f"<|{language}|>")
            self._tokenizer.language_code = language

    def _align(
        self, encoded: Any, results: Any, languages: Sequence[str], sounds: Sequence[Float]
    ) -> list[tuple[Word, ...]]:
        tokens = [
            [token for token in result.sequences_ids[0] if token < self._tokenizer.eot]
            for result in results
        ]
        frames = [len(one) // FRAME for one in sounds]
        found: list[tuple[Word, ...]] = [()] * len(sounds)
        for language in dict.fromkeys(languages):
            # What was encoded together is aligned together, whatever language it is in.
            self._speak(language)
            aligned = self._whisper.find_alignment(self._tokenizer, tokens, encoded, frames)
            for i, (own, one) in enumerate(zip(languages, aligned, strict=True)):
                if own == language:
                    found[i] = _words(one)
        return found

    def _transcript(
        self, sound: Float, result: Any, language: str, words: tuple[Word, ...]
    ) -> Transcript:
        text = without_loops(printable(self._tokenizer.decode(result.sequences_ids[0])))
        log_probability, no_speech = float(result.scores[0]), float(result.no_speech_prob)
        voiced = self.voiced_s(sound)
        return Transcript(text, "", language, log_probability, no_speech, voiced, words)

    def voiced_s(self, sound: Float) -> float:
        """Seconds of voice in ``sound``, by Silero's voice activity."""
        options = self._vad.VadOptions(
            threshold=VAD_THRESHOLD, min_speech_duration_ms=60, speech_pad_ms=0
        )
        spoken = self._vad.get_speech_timestamps(sound, options)
        return float(sum(one["end"] - one["start"] for one in spoken)) / SAMPLE_RATE


def _gated(heard: Transcript, sound: Float) -> Transcript:
    """``heard``, without its words where they are not what anybody said."""
    why = doubt(
        heard.text,
        log_probability=heard.log_probability,
        no_speech=heard.no_speech,
        voiced_s=heard.voiced_s,
        seconds=len(sound) / SAMPLE_RATE,
    )
    return replace(heard, text="", doubt=why, words=()) if why else heard


def _unsure(heard: Transcript) -> bool:
    """Whether it is worth hearing once more what was said."""
    if heard.doubt:
        return heard.voiced_s >= LEAST_VOICED_S
    return shaky(heard.text, log_probability=heard.log_probability, voiced_s=heard.voiced_s)


def _words(aligned: Sequence[dict[str, Any]]) -> tuple[Word, ...]:
    """Words with their times; a mark that stands alone belongs to the word before it."""
    found: list[Word] = []
    for one in aligned:
        text, end_s = printable(str(one["word"])), round(float(one["end"]), 3)
        if found and text and not any(c.isalnum() for c in text):
            found[-1] = replace(found[-1], text=found[-1].text + text, end_s=end_s)
        elif text:
            start_s, probability = float(one["start"]), float(one["probability"])
            found.append(Word(text, round(start_s, 3), end_s, round(probability, 3)))
    return tuple(found)


def check_device(device: str) -> None:
    """Whether ``device`` is there.

    Raises:
        ModelError: it is not.
    """
    if device != "cuda":
        return
    import ctranslate2

    if not ctranslate2.get_cuda_device_count():
        raise ModelError(
            '[language] device = "cuda", but CTranslate2 finds no CUDA device.',
            'Set device = "auto" (or "cpu"), or install NVIDIA\'s driver and the CUDA libraries.',
        )


def model_folder(model: str) -> Path:
    """Where the model lies; every file that it needs is there.

    Raises:
        ModelError: a file is missing, or a registered one is not what its hash promises.
    """
    name = f"whisper-{model}"
    if name in FILES:
        files = [find(file.name) for file in FILES.values() if file.model == name]
        parents = {path.parent for path in files}
        if len(parents) == 1:
            return parents.pop()
        raise ModelError(
            f"The files of {name} lie in different folders: {', '.join(map(str, parents))}.",
            "Put all of them into one.",
        )
    folder = Path(model).expanduser()
    if not folder.is_dir():
        raise ModelError(
            f"There is no Whisper model {model}: it is neither registered nor a folder.",
            'Set [language] whisper to "tiny.en", or to the folder of a converted model.',
        )
    missing = [part for part in NEEDED if not (folder / part).is_file()]
    if missing:
        raise ModelError(
            f"The Whisper model {folder} lacks {', '.join(missing)}.",
            "Convert it again with all of its files (ct2-transformers-converter --copy_files).",
        )
    return folder
