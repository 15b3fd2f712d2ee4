"""Train, development and test, by group: no speaker, contributor, package or source crosses.

Where a corpus has many groups a hash of the group decides, so that a new recording of a known
speaker goes where the speaker is. Where it has few, the table below does, chosen before any
result was seen so that every fold has each kind of sound.

Of one's own recordings a table may say it by hand.

Beside that split stand the six folds of RAVDESS's actors, and one for each corpus left out.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from models.data import corpora
from models.data.corpora import Clip
from models.errors import DataError

Fold = corpora.Fold

_BY_GROUP: dict[str, Fold] = {
    **{f"ravdess:rav{actor:02d}": "dev" for actor in (15, 16, 17, 18)},
    **{f"ravdess:rav{actor:02d}": "test" for actor in (19, 20, 21, 22, 23, 24)},
    **{f"ravdess:rav{actor:02d}": "train" for actor in range(1, 15)},
    "nemo:nemo_MK0": "dev",
    "nemo:nemo_SM0": "test",
    "nemo:nemo_TP0": "test",
    **{f"nemo:nemo_{name}": "train" for name in ("EB0", "IC0", "KD0", "KS0", "MP0", "WR0")},
    "tess:OAF": "train",
    "tess:YAF": "test",
    # One contributor recorded 190 of the 192 screams: all of them are for the test.
    "emospeech_in:d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f": "test",
    "debian_voices:megaglest-data": "train",
    "debian_voices:warzone2100-data": "train",
    "debian_voices:hedgewars-data": "train",
    "debian_voices:flare-game": "dev",
    "debian_voices:nexuiz-data": "dev",
    "debian_voices:openarena-data": "test",
    "debian_voices:wesnoth-1.16-data": "test",
    "music:hedgewars": "train",
    "music:megaglest": "train",
    "music:flare": "dev",
    "music:librosa": "dev",
    "music:wesnoth": "test",
    **{f"debian_speech:asterisk-core-sounds-{x}-g722": "train" for x in ("en", "es")},
    "debian_speech:asterisk-core-sounds-it-g722": "dev",
    "debian_speech:asterisk-core-sounds-fr-g722": "test",
    "debian_speech:asterisk-core-sounds-ru-g722": "test",
    **{
        f"debian_games:{x}": "train"
        for x in ("scorched3d-data", "hyperrogue-music", "warmux-data", "freedoom")
    },
    # Training has heard other laughter; there is too little of it to be divided.
    **{
        f"debian_laughter:{x}": "test"
        for x in (
            "btanks-data",
            "crossfire-client",
            "mirrormagic-data",
            "monsterz-data",
            "scratch",
            "trackballs-data",
            "tuxpaint-data",
            "xemacs21-basesupport",
        )
    },
    "debian_music:asterisk-moh-opsound-g722": "test",
    # ESC-10 and UrbanSound8K both hold this recording of Freesound's.
    "us8k:114587": "train",
    # Far-field commands, their speakers unnamed: one group, so one fold.
    "pico:pico": "test",
}
_TRAIN_SHARE, _DEV_SHARE = 0.60, 0.15


def fold_of(group: str) -> Fold:
    """The fold of a group, the same on every machine."""
    group = group.replace("esc50:", "esc10:")  # which is a part of it
    if group in _BY_GROUP:
        return _BY_GROUP[group]
    digest = hashlib.sha256(group.encode()).digest()
    place = int.from_bytes(digest[:4], "big") / 2**32
    if place < _TRAIN_SHARE:
        return "train"
    return "dev" if place < _TRAIN_SHARE + _DEV_SHARE else "test"


def side_of(clip: Clip) -> Fold:
    """The fold of a clip: as its table has it, else by its group."""
    return clip.fold or fold_of(clip.group)


def split(clips: Sequence[Clip]) -> dict[Fold, list[Clip]]:
    """The clips of each fold, in their order.

    Raises:
        DataError: if a table puts a group into two folds.
    """
    folds = _sorted_into(clips, side_of)
    check_groups(folds)
    return folds


RAVDESS_FOLDS = 6
RAVDESS_ACTORS = 24
_ACTORS_A_FOLD = RAVDESS_ACTORS // RAVDESS_FOLDS


def ravdess_actors(fold: int) -> dict[Fold, tuple[int, ...]]:
    """The actors of RAVDESS fold 0 to 5: test 4k+1..4k+4, the next four the inner development set.

    Odd actors are men, even ones women, so that both sets have two of each, and every actor is in
    the development set of exactly one fold.
    """
    if not 0 <= fold < RAVDESS_FOLDS:
        raise DataError(f"RAVDESS has no fold {fold}.", f"Folds are 0 to {RAVDESS_FOLDS - 1}.")
    order = [(fold * _ACTORS_A_FOLD + i) % RAVDESS_ACTORS + 1 for i in range(RAVDESS_ACTORS)]
    return {
        "train": tuple(sorted(order[2 * _ACTORS_A_FOLD :])),
        "dev": tuple(sorted(order[_ACTORS_A_FOLD : 2 * _ACTORS_A_FOLD])),
        "test": tuple(order[:_ACTORS_A_FOLD]),
    }


def ravdess_split(clips: Sequence[Clip], fold: int) -> dict[Fold, list[Clip]]:
    """RAVDESS by the actors of ``fold``; clips of other corpora are left out."""
    sides: dict[str, Fold] = {
        f"ravdess:rav{actor:02d}": side
        for side, actors in ravdess_actors(fold).items()
        for actor in actors
    }
    return _sorted_into([c for c in clips if c.corpus == "ravdess"], lambda c: sides[c.group])


def without_corpus(clips: Sequence[Clip], corpus: str) -> dict[Fold, list[Clip]]:
    """All of ``corpus`` for the test; of the others, what they have for training and development.

    Raises:
        DataError: if there is no clip of ``corpus``.
    """
    if not any(clip.corpus == corpus for clip in clips):
        raise DataError(f"There is no recording of {corpus}.", "It cannot be left out.")
    others = split([clip for clip in clips if clip.corpus != corpus])
    return others | {"test": [clip for clip in clips if clip.corpus == corpus]}


GAMES = frozenset({"debian_voices", "debian_games"})
SCREAMS = ("games", "recorded")
"""Whose screams a network learns, when it is judged by the other's."""


def recorded_screams(clips: Sequence[Clip]) -> list[Clip]:
    """Screams that people recorded of themselves; nearly all are of one contributor."""
    return [clip for clip in clips if clip.environment == "scream"]


def with_screams_of(clips: Sequence[Clip], side: str) -> list[Clip]:
    """What a network learns from that knows the screams of one of SCREAMS only.

    The training fold, and of games nothing or of those who recorded screams nothing; these are
    one group, so that all of theirs is learned, their share of the test fold included.
    """
    screamers = {clip.group for clip in recorded_screams(clips)}
    train = [clip for clip in split(clips)["train"] if clip.group not in screamers]
    if side == "games":
        return train
    theirs = [clip for clip in clips if clip.group in screamers]
    return [clip for clip in train if clip.corpus not in GAMES] + theirs


def check_groups(folds: Mapping[Fold, Sequence[Clip]]) -> None:
    """Refuse a split that a group crosses.

    Raises:
        DataError: names the group, its folds and a file on each side.
    """
    seen: dict[str, tuple[Fold, Clip]] = {}
    for fold, clips in folds.items():
        for clip in clips:
            other, first = seen.setdefault(clip.group, (fold, clip))
            if other != fold:
                raise DataError(
                    f"{clip.group} is in {other} ({first.file}) and in {fold} ({clip.file}).",
                    "Put all recordings of a speaker or source into one fold.",
                )


def _sorted_into(clips: Sequence[Clip], side: Callable[[Clip], Fold]) -> dict[Fold, list[Clip]]:
    folds: dict[Fold, list[Clip]] = {"train": [], "dev": [], "test": []}
    for clip in clips:
        folds[side(clip)].append(clip)
    return folds
