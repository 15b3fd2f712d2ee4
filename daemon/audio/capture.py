"""One opened microphone, until it is closed or lost."""

import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daemon.audio import portaudio
from daemon.audio.devices import InputDevice
from daemon.audio.downmix import Downmix
from daemon.audio.resampling import Resampling
from daemon.audio.ring import Ring, Samples
from models.features.constants import SAMPLE_RATE

FIRST_BLOCK_S = 3.0  # a Bluetooth headset takes its time to begin
FIRST_CHANGE_S = 6.0  # ... and some send zeros at first
_OLDEST_S = 5.0  # a converter's time further back than this is no time at all


class Capture:
    """A running stream from a device into a ring.

    The callback mixes, copies into a ring and returns. Where the device cannot do 16 kHz, that
    ring is one at the device's rate, and :class:`Resampling` goes on from there.

    Args:
        device: what is opened.
        ring: where its sound goes, at 16 kHz.
        rates: samples a second to try, in this order; 16 kHz and then the device's own, if None.

    Attributes:
        rate: the device's samples a second.
        channels: channels that become one.
        replaced: samples that were no numbers and became 0.
        zeros: callbacks in a row, up to now, that brought nothing but exact zeros, or another value
            again and again: what is broken or cut off sends that as well.

    Raises:
        SourceUnavailable: the device does not open.
    """

    def __init__(
        self, device: InputDevice, ring: Ring, rates: tuple[int, ...] | None = None
    ) -> None:
        self._rates = rates or (SAMPLE_RATE, device.default_rate)
        self.rate = self._rates[0]
        self.channels = min(2, device.channels)
        self._name, self._host_api = device.name, device.host_api
        self.replaced = 0
        self.zeros = 0
        self._overflows = 0
        self._heard = threading.Event()
        self._changed = threading.Event()
        self._resampling: Resampling | None = None
        sd = portaudio.load()
        try:
            self._stream = self._open(sd, device)
        except sd.PortAudioError as error:
            raise portaudio.unavailable(device.name, error) from error
        self._downmix = Downmix(self.channels)
        self._mono: Samples = np.zeros(self._stream.blocksize, np.float32)
        self._block_s: float = self._stream.blocksize / self.rate
        self._ring = self._target = ring
        if self.rate != SAMPLE_RATE:
            self._resampling = Resampling(self.rate, ring)
            self._target = self._resampling.input
        try:
            self._stream.start()
        except sd.PortAudioError as error:
            self.close()
            raise portaudio.unavailable(device.name, error) from error

    @property
    def label(self) -> str:
        """The device, and how it was opened, in words."""
        channels = f"{self.channels} channel{'' if self.channels == 1 else 's'}"
        if self._downmix.inverted:
            channels += ", one of them inverted"
        return f'"{self._name}" ({self._host_api}, {self.rate} Hz, {channels})'

    @property
    def overflows(self) -> int:
        """How often the device or the resampler lost sound."""
        late = self._resampling.overflows if self._resampling is not None else 0
        return self._overflows + late

    @property
    def zeros_s(self) -> float:
        """For how long there was no sound at all: no open microphone is as quiet as that."""
        return self.zeros * self._block_s

    @property
    def active(self) -> bool:
        """Whether PortAudio believes that it runs, and the resampler does."""
        if self._resampling is not None and not self._resampling.alive:
            return False
        try:
            return bool(self._stream.active)
        except portaudio.load().PortAudioError:  # some systems answer so once the device is gone
            return False

    def wait_for_sound(self, timeout_s: float) -> bool:
        """Whether the first block came in time."""
        return self._heard.wait(timeout_s)

    def wait_for_change(self, timeout_s: float) -> bool:
        """Whether a block came in time in which not every sample is the same."""
        return self._changed.wait(timeout_s)

    def close(self) -> None:
        """End the stream; what the resampler still holds is written out."""
        self._stream.close(ignore_errors=True)
        if self._resampling is not None:
            self._resampling.close()

    def _open(self, sd: Any, device: InputDevice) -> Any:
        """Open at the first rate that works, with up to two channels or else all."""
        others = iter(self._rates[1:])
        while True:
            try:
                return sd.InputStream(
                    device=device.index,
                    samplerate=self.rate,
                    blocksize=self.rate // 100,
                    channels=self.channels,
                    dtype="float32",
                    latency="low",
                    callback=self._hear,
                )
            except sd.PortAudioError as error:
                code = portaudio.code(error)
                if code == portaudio.INVALID_CHANNEL_COUNT and self.channels != device.channels:
                    self.channels = device.channels
                elif code != portaudio.INVALID_SAMPLE_RATE or not (rate := next(others, 0)):
                    raise
                else:
                    self.rate = rate

    def _hear(self, frames: NDArray[np.float32], size: int, clock: Any, status: Any) -> None:
        """PortAudio's callback: copy and return."""
        if self._ring.closed:  # left behind by a stop: see daemon.audio.source.end
            return
        now_ns = time.monotonic_ns()
        if status and status.input_overflow:
            self._overflows += 1
        samples = self._mono[:size]
        self.replaced += self._downmix.mix(frames, samples)
        # Sound seldom ends as it begins: only then is the whole block worth a look.
        first = samples[0]
        self.zeros = self.zeros + 1 if samples[-1] == first and (samples == first).all() else 0
        # How long ago the converter took the last sample. Some systems say 0, or nonsense.
        age_s = clock.currentTime - clock.inputBufferAdcTime - self._block_s
        known = clock.inputBufferAdcTime > 0 and 0 <= age_s < _OLDEST_S
        self._target.write(samples, now_ns - int(age_s * 1e9) if known else None)
        if not self._heard.is_set():  # asking takes no lock
            self._heard.set()
        if not self.zeros and not self._changed.is_set():
            self._changed.set()
