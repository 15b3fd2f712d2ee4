"""Sounds of every day: ESC-10, ESC-50, UrbanSound8K, donate-a-cry."""

import re
from pathlib import Path

from models.data.schemes.scheme import Named, Scheme

# Piczak 2015, in the order of the dataset's targets.
_ESC50 = (
    "dog", "rooster", "pig", "cow", "frog", "cat", "hen", "insects", "sheep", "crow",
    "rain", "sea_waves", "crackling_fire", "crickets", "chirping_birds",
    "water_drops", "wind", "pouring_water", "toilet_flush", "thunderstorm",
    "crying_baby", "sneezing", "clapping", "breathing", "coughing",
    "footsteps", "laughing", "brushing_teeth", "snoring", "drinking_sipping",
    "door_wood_knock", "mouse_click", "keyboard_typing", "door_wood_creaks", "can_opening",
    "washing_machine", "vacuum_cleaner", "clock_alarm", "clock_tick", "glass_breaking",
    "helicopter", "chainsaw", "siren", "car_horn", "engine",
    "train", "church_bells", "airplane", "fireworks", "hand_saw",
)  # fmt: skip
# Salamon, Jacoby & Bello 2014, in the order of the class ids.
_URBANSOUND8K = (
    "air_conditioner", "car_horn", "children_playing", "dog_bark", "drilling",
    "engine_idling", "gun_shot", "jackhammer", "siren", "street_music",
)  # fmt: skip


def _esc50(found: re.Match[str], _folder: Path) -> Named:
    target = int(found["target"])
    if target >= len(_ESC50):
        raise KeyError(found["target"])
    return Named(_ESC50[target], found["source"])


def _esc10(found: re.Match[str], _folder: Path) -> Named:
    return Named(found["category"].lower().replace(" ", "_"), found["source"])


def _urbansound8k(found: re.Match[str], _folder: Path) -> Named:
    return Named(_URBANSOUND8K[int(found["class"])], found["source"])


def _donateacry(found: re.Match[str], _folder: Path) -> Named:
    return Named("crying_baby", f"dac_{found['device']}")


ESC50 = Scheme(
    "esc50",
    "audio/1-100032-A-0.wav",
    re.compile(r"(?:^|/)[1-5]-(?P<source>\d+)-[A-Z]-(?P<target>\d{1,2})$"),
    _esc50,
)
ESC10 = Scheme(
    "esc10",
    "001 - Dog bark/1-100032-A.ogg",
    re.compile(r"(?:^|/)0\d\d - (?P<category>[A-Za-z ]+)/[1-5]-(?P<source>\d+)-[A-Z]$"),
    _esc10,
)
URBANSOUND8K = Scheme(
    "us8k",
    "fold1/101415-3-0-2.wav",
    re.compile(r"(?:^|/)(?P<source>\d+)-(?P<class>\d)-\d+-\d+$"),
    _urbansound8k,
)
DONATEACRY = Scheme(
    "donateacry",
    "hungry/549a46d8-9c84-430e-ade8-97eae2bef787-1430130772174-1.7-m-48-bp.wav",
    re.compile(
        r"(?P<device>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
        r"-\d{10,13}-[\d.]+-[mf]-\w\w-\w\w$"
    ),
    _donateacry,
)
