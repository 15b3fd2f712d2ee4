"""What listens: hops in, posterior, sound events and calibrated probabilities out."""

from models.ear.ear import Ear, SoundWindow
from models.ear.make import make_ear

__all__ = ["Ear", "SoundWindow", "make_ear"]
