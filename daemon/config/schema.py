"""Every setting with its type, bounds and default. ``config.toml`` explains each in prose."""

from datetime import time
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from daemon.config.fields import (
    FilePath,
    Fraction,
    LocalTime,
    Milliseconds,
    Port,
    Seconds,
    Section,
    SourceSpec,
)
from daemon.config.notify import Notify
from daemon.wire.base import Kind, Level, Modality
from models.language.spoken import ENGLISH, WHISPERS, english_only


class Audio(Section):
    """``[audio]``: where sound comes from."""

    source: SourceSpec = "mic"
    device: str = ""
    ring_s: float = Field(default=30.0, ge=5.0, le=600.0)


class Gate(Section):
    """``[gate]``: when a stretch begins and ends."""

    vad_mode: int = Field(default=1, ge=0, le=3)
    open_db: float = Field(default=9.0, ge=1.0, le=40.0)
    preroll_ms: int = Field(default=200, ge=0, le=2_000)
    hangover_ms: int = Field(default=500, ge=0, le=5_000)


class Acoustic(Section):
    """``[acoustic]``: what listens."""

    weights: FilePath | None = None
    sound_events: bool = True
    sound_network: Literal["both", "yamnet", "student"] = "both"
    second_ear: bool = True


def _spoken(code: str) -> str:
    if code and code not in WHISPERS:
        raise ValueError('must be a language code of Whisper\'s, such as "en" or "de", or ""')
    return code


class Language(Section):
    """``[language]``: what is said, and the process that listens to it."""

    enabled: bool = True
    whisper: Annotated[str, Field(min_length=1)] = "tiny.en"
    llm: str = "smollm2-135m"
    lora: FilePath | None = None
    recipe: FilePath | None = None
    spoken: Annotated[str, AfterValidator(_spoken)] = ""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = Field(default=1, ge=1, le=64)
    niceness: int = Field(default=10, ge=0, le=19)
    batch: int = Field(default=8, ge=1, le=64)
    batch_wait_ms: Milliseconds = 100
    queue: int = Field(default=24, ge=1, le=256)
    stale_s: Annotated[float, Field(ge=1.0, le=3_600.0)] = 60.0
    timeout_s: Annotated[float, Field(ge=1.0, le=3_600.0)] = 60.0
    memory_mb: int = Field(default=2_000, ge=200, le=1_000_000)

    @model_validator(mode="after")
    def _known(self) -> "Language":
        if english_only(self.whisper) and self.spoken not in {"", ENGLISH}:
            raise ValueError(
                f'whisper = "{self.whisper}" knows English only: set spoken = "" (or "en"), or name'
                f' a multilingual model\'s folder in whisper for spoken = "{self.spoken}"'
            )
        return self


class PerLevel(Section):
    """One number for each level."""

    advisory: float
    warning: float
    critical: float

    def of(self, level: Level) -> float:
        """The number for ``level``."""
        value: float = getattr(self, level)
        return value


class Thresholds(PerLevel):
    """``[fusion.threshold]``: fused score at which each level begins."""

    advisory: Fraction = 0.62
    warning: Fraction = 0.70
    critical: Fraction = 0.90

    @model_validator(mode="after")
    def _ascending(self) -> "Thresholds":
        if not self.advisory < self.warning < self.critical:
            raise ValueError("thresholds must ascend: advisory < warning < critical")
        return self


class ConfirmMs(PerLevel):
    """``[fusion.confirm_ms]``: how long the score must hold before each level is raised."""

    advisory: Milliseconds = 200
    warning: Milliseconds = 200
    critical: Milliseconds = 200


def _default_weights() -> dict[Modality, float]:
    return {"audio": 0.4, "text": 0.3, "context": 0.2, "history": 0.1}


def _default_freshness() -> dict[Modality, float]:
    return {"audio": 1.0, "text": 20.0, "context": 300.0, "history": 86_400.0}


class Fusion(Section):
    """``[fusion]``: from evidence to alerts. All times are sample time."""

    weight: dict[Modality, Annotated[float, Field(gt=0, le=1)]] = Field(
        default_factory=_default_weights
    )
    fresh_s: dict[Modality, Seconds] = Field(default_factory=_default_freshness)
    threshold: Thresholds = Thresholds()
    confirm_ms: ConfirmMs = ConfirmMs()
    release: Fraction = 0.35
    clear_after_s: Seconds = 3.0
    update_every_s: Annotated[float, Field(ge=0.1, le=60.0)] = 5.0
    cooldown_s: Seconds = 5.0
    cooldown_by_kind: dict[Kind, Seconds] = Field(default_factory=dict)
    overwhelming: Fraction = 0.95
    overwhelming_ms: Milliseconds = 300

    @model_validator(mode="after")
    def _release_below_advisory(self) -> "Fusion":
        if self.release >= self.threshold.advisory:
            raise ValueError("release must be below threshold.advisory, or alerts flicker")
        return self

    @model_validator(mode="after")
    def _every_modality(self) -> "Fusion":
        for name, table in (("weight", self.weight), ("fresh_s", self.fresh_s)):
            missing = set(get_args(Modality)) - set(table)
            if missing:
                raise ValueError(
                    f"{name} needs every modality; missing: {', '.join(sorted(missing))}"
                )
        return self


class QuietHours(Section):
    """``[quiet_hours]``: local hours in which people are told of less; context, too."""

    enabled: bool = False
    start: LocalTime = time(22, 0)
    end: LocalTime = time(7, 0)


class Serve(Section):
    """``[serve]``: the WebSocket server."""

    host: str = "127.0.0.1"
    port: Port = 8765
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    tls_certificate: FilePath | None = None
    tls_key: FilePath | None = None
    max_subscribers: int = Field(default=64, ge=1, le=4_096)
    queue: int = Field(default=256, ge=16, le=65_536)
    max_message_bytes: int = Field(default=16_384, ge=1_024, le=1_048_576)

    @model_validator(mode="after")
    def _certificate_with_key(self) -> "Serve":
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together: set both, or neither")
        return self


class Store(Section):
    """``[store]``: what is kept."""

    retention_days: int = Field(default=90, ge=1, le=36_500)
    max_mb: int = Field(default=512, ge=1, le=1_000_000)


class Privacy(Section):
    """``[privacy]``: off unless switched on."""

    transcripts: bool = False


def _recipients(value: tuple[str, ...]) -> tuple[str, ...]:
    """Public keys that are some; a mistake does not show the list, which may have a secret."""
    if value:
        from daemon.clips.seal import Seal

        Seal(value)
    return value


class Clips(Section):
    """``[clips]``: sound around alerts, encrypted, for who wants that."""

    enabled: bool = False
    recipients: Annotated[tuple[str, ...], AfterValidator(_recipients)] = ()
    level: Level = "warning"
    before_s: float = Field(default=10.0, ge=0.0, le=120.0)
    after_s: float = Field(default=5.0, ge=0.0, le=60.0)
    longest_s: float = Field(default=120.0, ge=10.0, le=300.0)
    retention_days: int = Field(default=30, ge=1, le=36_500)
    max_mb: int = Field(default=512, ge=16, le=1_000_000)

    @model_validator(mode="after")
    def _sealed_for_somebody(self) -> "Clips":
        if self.enabled and not self.recipients:
            raise ValueError(
                "enabled = true needs recipients, for whom clips are encrypted: run"
                " `distressd clips key`, and put the public key that it shows there"
            )
        return self

    @model_validator(mode="after")
    def _before_within_longest(self) -> "Clips":
        if self.before_s >= self.longest_s:
            raise ValueError("before_s must be below longest_s, or the alert itself is left out")
        return self


RING_SPARE_S = 5.0  # the ring holds at least so much more than is wanted of it


class Log(Section):
    """``[log]``: what is said on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(Section):
    """Every setting."""

    version: Literal[1] = 1
    audio: Audio = Audio()
    gate: Gate = Gate()
    acoustic: Acoustic = Acoustic()
    language: Language = Language()
    fusion: Fusion = Fusion()
    quiet_hours: QuietHours = QuietHours()
    serve: Serve = Serve()
    store: Store = Store()
    notify: Notify = Notify()
    privacy: Privacy = Privacy()
    clips: Clips = Clips()
    log: Log = Log()

    @model_validator(mode="after")
    def _ring_holds_what_clips_want(self) -> "Config":
        needed_s = self.clips.before_s + RING_SPARE_S
        if self.clips.enabled and needed_s > self.audio.ring_s:
            raise ValueError(
                f"[clips] before_s = {self.clips.before_s:g}: needs [audio] ring_s ="
                f" {needed_s:g} or more"
            )
        return self
