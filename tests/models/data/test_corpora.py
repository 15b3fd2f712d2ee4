"""The ``labels.csv`` layout, read as it lies on the disk."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.data.corpora import AUDIO_CORPORA, DataError, corpora_in, read_all, read_corpus
from models.features.constants import SAMPLE_RATE

CONTRIBUTOR = "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"


def table(root: Path, corpus: str, text: str) -> None:
    (root / corpus).mkdir(parents=True, exist_ok=True)
    (root / corpus / "labels.csv").write_text(text, encoding="utf-8")


def sound(root: Path, file: str, samples: np.ndarray, rate: int = SAMPLE_RATE) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(root / file, samples, rate)


def test_a_clip_says_what_is_known_of_it(tmp_path):
    table(
        tmp_path,
        "nemo",
        'file,label,speaker,gender,text,dur\na.flac,fear,nemo_EB0,f,"Kupiłem, nową szafę.",1.5\n',
    )
    (clip,) = read_corpus(tmp_path, "nemo")
    assert (clip.corpus, clip.file, clip.label) == ("nemo", "nemo/a.flac", "fear")
    assert (clip.group, clip.duration_s, clip.environment) == ("nemo:nemo_EB0", 1.5, "")
    assert clip.meaning.emotions == {"fearful"}


def test_samples_are_mono_float_at_the_grids_rate(tmp_path):
    left = np.linspace(-0.5, 0.5, 800)
    sound(tmp_path, "tess/x.flac", np.stack([left, -0.5 * left], axis=1))
    table(tmp_path, "tess", "file,label,speaker,dur\nx.flac,angry,OAF,0.05\n")
    (clip,) = read_corpus(tmp_path, "tess")
    samples = clip.read()
    assert samples.dtype == np.float32
    assert samples.flags.c_contiguous
    np.testing.assert_allclose(samples, 0.25 * left, atol=1e-4)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_a_recording_of_another_rate_is_heard_at_the_grids(tmp_path, rate):
    def tone(at: int) -> np.ndarray:
        return 0.4 * np.sin(2 * np.pi * 440.0 * np.arange(at) / at)

    sound(tmp_path, "tess/a.wav", np.stack([tone(rate), np.zeros(rate)], axis=1), rate)
    table(tmp_path, "tess", "file,label,speaker,dur\na.wav,angry,OAF,1\n")
    (clip,) = read_corpus(tmp_path, "tess")
    samples = clip.read()
    assert samples.dtype == np.float32
    assert samples.shape == (SAMPLE_RATE,)
    inside = slice(800, -800)  # at the edges the filter hears the silence around
    np.testing.assert_allclose(samples[inside], 0.5 * tone(SAMPLE_RATE)[inside], atol=1e-3)


def test_what_lies_between_samples_is_not_louder_than_full_scale(tmp_path):
    square = np.sign(np.sin(2 * np.pi * 97.0 * np.arange(48_000) / 48_000))
    sound(tmp_path, "tess/a.wav", square, 48_000)
    table(tmp_path, "tess", "file,label,speaker,dur\na.wav,angry,OAF,1\n")
    (clip,) = read_corpus(tmp_path, "tess")
    assert np.abs(clip.read()).max() == 1.0


def test_at_the_grids_rate_samples_are_those_of_the_file_to_the_bit(tmp_path):
    rng = np.random.default_rng(2)
    written = (rng.standard_normal((1000, 3)) * 0.7).astype(np.float32)  # some beyond full scale
    (tmp_path / "tess").mkdir()
    soundfile.write(tmp_path / "tess" / "a.wav", written, SAMPLE_RATE, subtype="FLOAT")
    table(tmp_path, "tess", "file,label,speaker,dur\na.wav,angry,OAF,1\n")
    (clip,) = read_corpus(tmp_path, "tess")
    np.testing.assert_array_equal(clip.read(), written.mean(axis=1))


def test_a_rate_that_no_recording_has_is_refused_with_the_files_name(tmp_path):
    sound(tmp_path, "tess/slow.wav", np.zeros(80), 80)
    table(tmp_path, "tess", "file,label,speaker,dur\nslow.wav,angry,OAF,1\n")
    (clip,) = read_corpus(tmp_path, "tess")
    with pytest.raises(DataError, match=r"slow\.wav claims 80 samples a second"):
        clip.read()


def test_a_missing_table_is_named_with_its_remedy(tmp_path):
    with pytest.raises(DataError, match=r"nemo.labels\.csv is missing") as raised:
        list(read_corpus(tmp_path, "nemo"))
    assert "--data" in raised.value.remedy


def test_all_corpora_are_asked_for(tmp_path):
    for corpus in AUDIO_CORPORA[:-1]:
        table(tmp_path, corpus, "file,label,dur\nx.flac,calm,1\n")
    with pytest.raises(DataError, match=AUDIO_CORPORA[-1]):
        read_all(tmp_path)
    table(tmp_path, AUDIO_CORPORA[-1], "file,label,dur\nx.flac,calm,1\n")
    assert {clip.corpus for clip in read_all(tmp_path)} == set(AUDIO_CORPORA)


def test_an_empty_corpus_is_an_error_and_not_a_figure(tmp_path):
    table(tmp_path, "tess", "file,label,dur\n")
    with pytest.raises(DataError, match="tess holds no recording"):
        list(read_corpus(tmp_path, "tess"))
    (tmp_path / "savee").mkdir()
    with pytest.raises(DataError, match="savee holds no recording"):
        list(read_corpus(tmp_path, "savee"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,label,dur\nx.flac,angrry,1\n", r"line 2: .*'angrry'.*Did you mean angry"),
        ("file,label,dur\nx.flac,calm,1\ny.flac,calm,long\n", r"line 3: .*long"),
        ("file,label,dur\n../x.flac,calm,1\n", r"line 2: .*outside the corpus"),
        ("file,duration\nx.flac,1\n", "lacks the column label"),
        ("file;label\nx.flac;calm\n", "lacks the column file, label"),
        ("file,label,dur\nx.flac,calm,nan\n", r"line 2: .*'nan'.*no length"),
        ("file,label,dur\nx.flac,calm,inf\n", r"line 2: .*'inf'.*no length"),
        ("file,label,dur\nx.flac,calm,-1.0\n", r"line 2: .*'-1.0'.*no length"),
        ("file,label,dur\nx.flac,calm,0\n", r"line 2: .*'0'.*no length"),
        ("file,label,dur,fold\nx.flac,calm,1,1\n", r"line 2: fold is '1'.*train, dev, test"),
        ("file,label,dur\nx.flac,calm,1\n,calm,1\n", r"line 3: it names no file"),
        ("file,label,dur\n./,calm,1\n", r"line 2: it names no file"),
        ("file,label,dur\nx.flac\n", r"line 2: 1 fields .* 3 columns"),
        ("file,label,dur\nx.flac,calm,1,2\n", r"line 2: 4 fields .* 3 columns"),
        (
            "file,label,dur\nx.flac,calm,1\ny.flac,calm,1\n./x.flac,angry,1\n",
            r"line 4: x\.flac stands in line 2 already",
        ),
        ('file,label,dur\nx.flac,calm,1\n"y.flac,calm,1\n', "line 3: unexpected end of data"),
    ],
)
def test_a_wrong_table_is_told_with_its_line_and_a_remedy(tmp_path, text, said):
    table(tmp_path, "mine", text)
    with pytest.raises(DataError, match=said) as raised:
        list(read_corpus(tmp_path, "mine"))
    assert "labels.csv" in raised.value.message
    assert raised.value.remedy


def test_a_table_that_is_not_utf8_is_told_with_its_line_and_how_to_save_it(tmp_path):
    table(tmp_path, "mine", "")
    text = "file,label,text,dur\nx.flac,calm,one,1\ny.flac,calm,d\xe9j\xe0,1\n"
    for encoding, line in (("latin-1", 3), ("utf-16", 1)):
        (tmp_path / "mine" / "labels.csv").write_bytes(text.encode(encoding))
        with pytest.raises(DataError, match=rf"labels\.csv, line {line}: .*not UTF-8") as raised:
            list(read_corpus(tmp_path, "mine"))
        assert "UTF-8" in raised.value.remedy


def test_a_table_from_a_spreadsheet_is_read(tmp_path):
    table(tmp_path, "mine", "\ufefffile,label,dur\r\nx.flac,calm,1\r\n\r\n")
    (clip,) = read_corpus(tmp_path, "mine")
    assert (clip.file, clip.label, clip.duration_s) == ("mine/x.flac", "calm", 1.0)


def test_no_mark_but_the_end_of_a_line_ends_a_row(tmp_path):
    table(tmp_path, "mine", "file,label,text,dur\nx.flac,calm,one\u2028two\x0b,1\n")
    (clip,) = read_corpus(tmp_path, "mine")
    assert clip.duration_s == 1.0


def test_ones_own_recordings_need_no_more_than_file_and_label(tmp_path):
    sound(tmp_path, "mine/kitchen/call.wav", np.zeros(SAMPLE_RATE // 2))
    table(tmp_path, "mine", "file,label,session\nkitchen/call.wav,call_for_help,2026-03-01\n")
    (clip,) = read_corpus(tmp_path, "mine")
    assert (clip.group, clip.duration_s) == ("mine:2026-03-01", 0.5)
    assert clip.meaning.verdict == "distress"


def test_a_table_of_ones_own_puts_a_group_where_it_says(tmp_path):
    rows = "a.wav,calm,1,ann,test\nb.wav,calm,1,ann,\nc.wav,calm,1,bob,\n"
    table(tmp_path, "mine", f"file,label,dur,speaker,fold\n{rows}")
    assert [clip.fold for clip in read_corpus(tmp_path, "mine")] == ["test", "test", None]


def test_the_folds_of_published_corpora_are_their_publishers(tmp_path):
    table(tmp_path, "us8k", "file,label,dur,fold\nx.flac,siren,1,fold1\n")
    table(tmp_path, "music", "file,label,dur,fold\nx.flac,music,1,test\n")
    for corpus in ("us8k", "music"):
        assert [clip.fold for clip in read_corpus(tmp_path, corpus)] == [None]


def test_a_published_corpus_is_read_by_its_file_names(tmp_path):
    for name in ("1001_DFA_ANG_XX.wav", "1002_IEO_NEU_XX.wav"):
        sound(tmp_path, f"crema_d/AudioWAV/{name}", np.zeros(SAMPLE_RATE))
    (tmp_path / "crema_d" / "README.md").write_text("about")
    angry, neutral = read_corpus(tmp_path, "crema_d")
    assert (angry.label, angry.group, angry.duration_s) == ("angry", "crema_d:cre1001", 1.0)
    assert neutral.meaning.verdict == "not_distress"


def test_a_file_that_does_not_follow_the_scheme_is_named(tmp_path):
    sound(tmp_path, "crema_d/AudioWAV/noise.wav", np.zeros(80))
    with pytest.raises(DataError, match=r"crema_d/AudioWAV/noise\.wav is not named as"):
        list(read_corpus(tmp_path, "crema_d"))


def test_an_undecodable_file_is_named(tmp_path):
    table(tmp_path, "tess", "file,label,speaker,dur\nx.flac,angry,OAF,1\n")
    (tmp_path / "tess" / "x.flac").write_bytes(b"no sound")
    (clip,) = read_corpus(tmp_path, "tess")
    with pytest.raises(DataError, match=r"tess/x\.flac cannot be decoded"):
        clip.read()


def test_the_corpora_of_a_root_are_found_by_table_or_by_name(tmp_path):
    table(tmp_path, "mine", "file,label\n")
    (tmp_path / "ravdess").mkdir()
    (tmp_path / "text").mkdir()
    assert corpora_in(tmp_path) == ("mine", "ravdess")
    with pytest.raises(DataError, match="No corpus lies in"):
        corpora_in(tmp_path / "text")


@pytest.mark.parametrize(
    ("corpus", "header", "row", "group"),
    [
        ("ravdess", "speaker", "rav07", "ravdess:rav07"),
        ("debian_voices", "character,package", "orc,wesnoth", "debian_voices:wesnoth"),
        ("music", "package", "flare", "music:flare"),
        ("esc10", "fold,freesound_id", "1,100032", "esc10:100032"),
        ("us8k", "fold,freesound_id", "fold1,101415", "us8k:101415"),
        ("pico", "lang", "en", "pico:pico"),
        ("emospeech_in", "speaker,environment", "es_9dd2,room", "emospeech_in:es_9dd2"),
        ("emospeech_in", "speaker,environment", "unknown,", f"emospeech_in:{CONTRIBUTOR}"),
    ],
)
def test_the_group_is_what_must_not_cross_a_split(tmp_path, corpus, header, row, group):
    name = f"House/bacho-calm-2019-{CONTRIBUTOR}.ogg"
    table(tmp_path, corpus, f"file,label,dur,{header}\n{name},calm,1.0,{row}\n")
    (clip,) = read_corpus(tmp_path, corpus)
    assert clip.group == group


def test_ravdess_duplicate_recording_is_left_out(tmp_path):
    rows = "".join(f"Actor_07/03-01-03-01-02-0{n}-07.flac,happy,rav07,1\n" for n in (1, 2))
    table(tmp_path, "ravdess", f"file,label,speaker,dur\n{rows}")
    (clip,) = read_corpus(tmp_path, "ravdess")
    assert clip.file.endswith("03-01-03-01-02-01-07.flac")


@pytest.mark.data
def test_every_row_of_the_corpora_has_a_file_a_group_and_a_meaning(data_root):
    clips = read_all(data_root)
    assert len(clips) > 10_000
    assert len({clip.file for clip in clips}) == len(clips)
    for clip in clips:
        assert (data_root / clip.file).is_file()
        assert clip.duration_s > 0
        assert clip.group.partition(":")[2]
        assert clip.meaning.emotions
    verdicts = {clip.meaning.verdict for clip in clips}
    assert verdicts == {"distress", "not_distress", "infant", "apart"}
