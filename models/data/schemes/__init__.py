"""What the published file names of each corpus say, by the corpora's own descriptions.

The folder of a corpus under the data root has the name that stands here; below it, files lie as
their publishers pack them, or all in one folder, with any of the usual extensions.
"""

from models.data.schemes import acted, dialogue, sounds, spoken
from models.data.schemes.scheme import AUDIO_SUFFIXES, Named, Scheme

SCHEMES: dict[str, Scheme] = {
    scheme.corpus: scheme
    for scheme in (
        acted.RAVDESS, acted.TESS, acted.CREMA_D, acted.EMODB, acted.SAVEE, acted.NEMO,
        dialogue.IEMOCAP, spoken.EMOSPEECH, spoken.LIBRISPEECH,
        sounds.ESC50, sounds.ESC10, sounds.URBANSOUND8K, sounds.DONATEACRY,
    )
}  # fmt: skip

__all__ = ["AUDIO_SUFFIXES", "SCHEMES", "Named", "Scheme"]
