"""Makes the ear that the configuration asks for, and says what stands in for what it lacks."""

import logging
from dataclasses import replace

import numpy as np

from daemon.acoustic.reach import REMEDY, without_sound_events
from daemon.config.schema import Config
from daemon.health import Health
from models import registry
from models.ear import Ear, make_ear
from models.ear.make import Both, Sounds
from models.errors import ModelError
from models.features.gate import GateSettings
from models.networks import weights
from models.sounds.student import Student
from models.sounds.student import load as load_student
from models.sounds.yamnet import Yamnet

log = logging.getLogger(__name__)

MS_PER_HOP = 10
ANEW = "Then start distressd again."

_OFF = "switched off by [acoustic] sound_events"


def load_ear(config: Config, health: Health) -> Ear:
    """An ear with the configured weights and gate.

    Raises:
        ModelError: if the acoustic weights, or the student's, are missing, damaged, not what their
            hash says, or made for another version.
    """
    found = weights.load(config.acoustic.weights)
    sounds = load_sounds(config, health)
    try:
        gate = replace(
            GateSettings(**found.metadata["gate"]),
            vad_mode=config.gate.vad_mode,
            open_db=config.gate.open_db,
            preroll=config.gate.preroll_ms // MS_PER_HOP,
            hangover=config.gate.hangover_ms // MS_PER_HOP,
        )
        ear = make_ear(found, sounds, gate)
        _require_finite(found)
        if sounds is None:
            missed = without_sound_events(found, config.fusion.threshold)
            health.report("sound_events", "off", f"{_OFF}: {missed}.", f"{REMEDY} {ANEW}")
    # What the metadata lacks, has too much or of another kind; tensors of another shape.
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise ModelError(
            f"{config.acoustic.weights or weights.SHIPPED} was made for another version of"
            f" distressd ({error}).",
            "Leave out [acoustic] weights, or train them with this version.",
        ) from error
    health.report("acoustic", "ok", f"weights {found.sha256[:12]}")
    return ear


def _require_finite(found: weights.Weights) -> None:
    """With one value that is no number, every probability would be none, and nothing be heard."""
    for name, tensor in found.tensors.items():
        if not np.isfinite(tensor).all():
            raise ValueError(f"{name} has values that are no numbers")


def load_sounds(config: Config, health: Health) -> Sounds | None:
    """What hears sound events; None where they are switched off.

    Where YAMNet is wanted and its file cannot be had, the student hears them alone.

    Raises:
        ModelError: if the student's weights are missing, damaged or altered.
    """
    if not config.acoustic.sound_events:
        health.report("sound_events", "off", _OFF)
        return None
    if config.acoustic.sound_network == "student":
        health.report("sound_events", "ok", "by the student")
        return Student(load_student())
    both = config.acoustic.sound_network == "both"
    student = Student(load_student()) if both else None
    try:
        yamnet = Yamnet(registry.find("yamnet"), registry.find("yamnet-classes"))
    except ModelError as error:
        said = f"YAMNet's student, a smaller network, stands in: {error.message}"
        health.report("sound_events", "ok", said, f"{error.remedy} {ANEW}")
        log.warning(
            "YAMNet is unavailable: %s Its student, a smaller network, hears sound events"
            " alone; the next start looks again.",
            error,
        )
        return student or Student(load_student())
    health.report("sound_events", "ok", "by YAMNet and its student" if student else "by YAMNet")
    return Both(yamnet, student) if student else yamnet
