"""The published names of each corpus's files, whether or not its audio is here."""

import pytest

from models.data.corpora import read_corpus
from models.data.labels import VOCABULARY
from models.data.schemes import SCHEMES
from models.errors import DataError

HASH = "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"
DEVICE = "549a46d8-9c84-430e-ade8-97eae2bef787"


@pytest.mark.parametrize(
    ("corpus", "file", "label", "group"),
    [
        ("ravdess", "Actor_12/03-01-06-01-02-01-12.wav", "fear", "rav12"),
        ("ravdess", "Audio_Song_Actors_01-24/Actor_02/03-02-02-02-01-02-02.wav", "calm", "rav02"),
        ("tess", "OAF_Pleasant_surprise/OAF_back_ps.wav", "surprise", "OAF"),
        ("tess", "TESS Toronto/YAF_fear/YAF_youth_fear.wav", "fear", "YAF"),
        ("tess", "OAF_neutral/OA_bite_neutral.wav", "neutral", "OAF"),
        ("crema_d", "AudioWAV/1001_DFA_ANG_XX.wav", "angry", "cre1001"),
        ("crema_d", "AudioWAV/1040_ITH_SAD_X.wav", "sad", "cre1040"),
        ("crema_d", "1091_IEO_FEA_HI.flac", "fear", "cre1091"),
        ("emodb", "wav/03a01Fa.wav", "happy", "emo03"),
        ("emodb", "wav/16b10Wb.wav", "angry", "emo16"),
        ("emodb", "wav/08a02La.wav", "bored", "emo08"),
        ("emodb", "wav/11b09Ad.wav", "fear", "emo11"),
        ("savee", "DC/a01.wav", "angry", "savDC"),
        ("savee", "ALL/JK_su15.wav", "surprise", "savJK"),
        ("savee", "KL/sa09.wav", "sad", "savKL"),
        ("nemo", "samples/SM0_happiness_12.wav", "happy", "nemo_SM0"),
        ("emospeech_in", f"House/bacho-scream-fearful-20190729190923-{HASH}.wav", "fearful", HASH),
        ("emospeech_in", f"webservice/no-safe-calm-1563210-{HASH}.wav", None, None),
        ("librispeech", "test-other/2033/164914/2033-164914-0000.flac", "speech", "ls2033"),
        ("esc50", "audio/1-100032-A-0.wav", "dog", "100032"),
        ("esc50", "audio/5-9032-A-0.wav", "dog", "9032"),
        ("esc50", "audio/4-167077-B-20.wav", "crying_baby", "167077"),
        ("esc50", "1-20133-A-39.wav", "glass_breaking", "20133"),
        ("esc50", "1-20133-A-50.wav", None, None),
        ("esc10", "004 - Baby cry/1-187207-A.ogg", "baby_cry", "187207"),
        ("us8k", "audio/fold5/100032-3-0-0.wav", "dog_bark", "100032"),
        ("us8k", "fold1/7061-6-0-0.wav", "gun_shot", "7061"),
        ("donateacry", f"hungry/{DEVICE}-1430772174-1.7-m-48-hu.wav", "crying_baby",
         f"dac_{DEVICE}"),
        ("ravdess", "Actor_25/03-01-06-01-02-01-25.wav", None, None),
        ("ravdess", "Actor_12/03-01-09-01-02-01-12.wav", None, None),
        ("crema_d", "AudioWAV/1001_DFA_BOR_XX.wav", None, None),
        ("emodb", "wav/03a01Xa.wav", None, None),
    ],
)  # fmt: skip
def test_a_published_name_says_what_it_holds(corpus, file, label, group):
    if label is None:
        with pytest.raises(DataError, match="is not named as") as raised:
            SCHEMES[corpus].parse(file)
        assert SCHEMES[corpus].example in raised.value.remedy
        return
    named = SCHEMES[corpus].parse(file)
    assert (named.label, named.group) == (label, group)
    assert named.label in VOCABULARY


def test_emospeech_names_carry_the_word_and_what_is_behind_it():
    named = SCHEMES["emospeech_in"].parse(
        f"Misc/help-glass break-fearful-20190709093630-{HASH}.ogg"
    )
    assert (named.keyword, named.environment, named.label) == ("help", "glass break", "fearful")
    over_the_web = SCHEMES["emospeech_in"].parse(
        f"webservice/go-safe-calm-1563256837349-{HASH}.ogg"
    )
    assert over_the_web.group == f"es_{HASH[:12]}"


def iemocap(root, turns):
    session = root / "iemocap" / "Session1"
    (session / "dialog" / "EmoEvaluation").mkdir(parents=True)
    (session / "dialog" / "EmoEvaluation" / "Ses01F_impro01.txt").write_text(
        "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
        + "".join(f"[6.2901 - 8.2357]\t{turn}\t{emotion}\t[2.5, 2.5, 2.5]\n"
                  "C-E2:\tNeutral;\t()\n" for turn, emotion in turns)
    )  # fmt: skip


def test_iemocap_labels_stand_in_its_evaluation_files(tmp_path):
    iemocap(tmp_path, [("Ses01F_impro01_F000", "neu"), ("Ses01F_impro01_M013", "fru")])
    folder, wav = tmp_path / "iemocap", "Session1/sentences/wav/Ses01F_impro01"
    spoken = SCHEMES["iemocap"].parse(f"{wav}/Ses01F_impro01_F000.wav", folder)
    assert (spoken.label, spoken.group) == ("neutral", "iem_session1")
    assert SCHEMES["iemocap"].parse(f"{wav}/Ses01F_impro01_M013.wav", folder).label == "frustrated"
    with pytest.raises(DataError, match="Ses01F_impro01_F001"):
        SCHEMES["iemocap"].parse(f"{wav}/Ses01F_impro01_F001.wav", folder)


def test_iemocap_without_its_evaluation_files_says_what_is_missing(tmp_path):
    name = "Session2/sentences/wav/Ses02F_script01_1/Ses02F_script01_1_F000.wav"
    with pytest.raises(DataError, match=r"EmoEvaluation.*Ses02F_script01_1\.txt cannot be read"):
        SCHEMES["iemocap"].parse(name, tmp_path / "iemocap")


@pytest.mark.data
@pytest.mark.parametrize("corpus", [
    "ravdess", "tess", "nemo", "emospeech_in", "librispeech", "esc10", "us8k", "donateacry",
])  # fmt: skip
def test_names_and_tables_of_the_real_corpora_agree_on_every_file(data_root, corpus):
    for clip in read_corpus(data_root, corpus):
        named = SCHEMES[corpus].parse(clip.file.partition("/")[2])
        assert (named.label, named.environment) == (clip.label, clip.environment), clip.file
        assert f"{corpus}:{named.group}" == clip.group, clip.file
