"""Pages that a browser can show: well-formed, whole, and their links lead to the recordings."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.errors import DataError
from models.evaluation.clips.figures import confusion, figures
from models.evaluation.clips.hearing import Scored
from models.evaluation.report import charts
from models.evaluation.report.clips import clips_page
from models.evaluation.report.page import Markup, player, table, text
from models.evaluation.report.ravdess import ravdess_page
from models.evaluation.report.scenes import scenes_page
from models.evaluation.report.write import write_report
from models.evaluation.scenes import figures as scene_figures
from models.evaluation.scenes.alerts import Alert, Heard
from models.evaluation.scenes.alone import Alone, alone
from models.evaluation.scenes.foreground import foreground
from models.evaluation.scenes.mixing import Event, Sounding, Truth

VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a page holds, and whether every element is closed in order.

    ``pictures`` has the words inside each drawing by its caption, ``tiles`` each headline figure
    by what it is.
    """

    def __init__(self, html):
        super().__init__()
        self.open, self.sources, self.ids = [], [], []
        self.pictures, self.tiles, self._drawn, self._figure = {}, {}, None, ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.sources += [value for name, value in attrs if name == "src"]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag == "svg":
            assert "figure" in self.open
            self._drawn = []

    def handle_data(self, data):
        if "svg" in self.open and self.open[-1] == "text":
            self._drawn.append(data.strip())
        elif self.open[-1:] == ["figcaption"]:
            assert self._drawn, f"nothing is drawn above {data!r}"
            self.pictures[data], self._drawn = self._drawn, None
        elif self.open[-1:] == ["b"]:
            self._figure = data
        elif self.open[-2:] == ["div", "span"]:
            self.tiles[data] = self._figure

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def rows(root):
    rng = np.random.default_rng(3)
    found = []
    for number in range(60):
        label = ("fear", "neutral", "angry", "happy", "sad")[number % 5]
        corpus = ("nemo", "ravdess")[number % 2]
        clip = Clip(
            root, corpus, f"{corpus}/a b#{number}.flac", label, "", f"{corpus}:{number % 4}", 1
        )
        emotion = tuple(float(p) for p in rng.dirichlet(np.ones(8)))
        found.append(Scored(clip, float(rng.uniform()), 0.0, emotion))
        (root / clip.file).parent.mkdir(parents=True, exist_ok=True)
        (root / clip.file).touch()
    return found


def assert_links_lead_to_recordings(page, folder):
    assert page.sources
    for source in page.sources:
        assert not urlsplit(source).scheme
        assert (folder / unquote(source)).resolve().is_file(), source


def test_the_page_of_clips(rows, root, tmp_path):
    told = figures(rows, 0.7) | {
        "fold": "dev", "clips": len(rows), "level_duration_auc": 0.8,
        "level_duration_auc_as_heard": 0.5,
        "level_duration_auc_by_corpus": {"nemo": {"recorded": 0.8, "as_heard": None}},
    }  # fmt: skip
    folder = tmp_path / "reports" / "today"
    folder.mkdir(parents=True)
    page = Page(clips_page(told, rows, root, folder))
    assert_links_lead_to_recordings(page, folder)
    assert len(page.ids) == len(set(page.ids)), "pictures must not share ids"
    assert set(page.pictures) == {
        "ROC: distress found against false positives.",
        "DET: misses against false positives.",
        "Scores of all clips.",
        "15 bins of equal width.",
        "Counts; shades are shares of what was acted.",
        "Recall by emotion.",
    }
    acted = {row.truth for row in rows}
    assert acted < set(page.pictures["Recall by emotion."])
    assert {"all", "nemo", "ravdess"} < set(page.pictures["ROC: distress found against false"
                                                          " positives."])  # fmt: skip
    mean = np.mean([np.mean([r.guess == e for r in rows if r.truth == e]) for e in acted])
    assert float(page.tiles["UAR of emotions, all corpora"]) == pytest.approx(mean, abs=1e-3)


def test_a_page_of_clips_without_acted_ones_says_nothing_of_emotions(rows, root, tmp_path):
    kept = [replace(row, clip=replace(row.clip, label=label))
            for row, label in zip(rows, ("speech", "scream") * 30, strict=True)]  # fmt: skip
    told = figures(kept, 0.7) | {
        "fold": "dev", "clips": len(kept), "level_duration_auc": 0.8,
        "level_duration_auc_as_heard": 0.5, "level_duration_auc_by_corpus": {},
    }  # fmt: skip
    assert Page(clips_page(told, kept, root, tmp_path)).tiles["UAR of emotions, all corpora"] == "–"


def test_the_page_of_ravdess(rows, root, tmp_path):
    told = {
        "uar": {"lstm13": 0.5, "streaming": None, "utterance": None},
        "ci95": {"lstm13": [0.4, 0.6], "streaming": None, "utterance": None},
        "confusion": {"lstm13": confusion(rows)}, "missing": ["streaming", "utterance"],
        "folds": [{"fold": 0, "actors": [1, 2, 3, 4], "uar": {"lstm13": 0.5}}],
    }  # fmt: skip
    page = Page(ravdess_page(told, {"lstm13": rows}, root, tmp_path))
    assert_links_lead_to_recordings(page, tmp_path)
    assert set(page.pictures) == {
        "Counts; shades are shares of what was acted.", "Recall by emotion.",
    }  # fmt: skip
    without = told | {"confusion": {}, "missing": ["lstm13", "streaming", "utterance"]}
    assert not Page(ravdess_page(without, {}, root, tmp_path)).sources


def test_the_page_of_scenes(root, tmp_path):
    (root / "mine").mkdir(parents=True)
    for name in ("scream.flac", "song.flac"):
        (root / "mine" / name).touch()
    event = Event("scream", "mine/scream.flac", "mine:a", 10, 100.0, 102.0, "music")
    truth = Truth("dev 1", 600.0, (event,), (("music", 0.0, 600.0),),
                  (Sounding("music", "mine/song.flac", 0.0, 600.0),))  # fmt: skip
    alarm = Alert("scream", 50.0, 50.0, 54.0, 51.0, infant=False)
    told = scene_figures.figures([Heard(truth, (alarm,), {0.5: (alarm,), 0.9: ()})])
    talk = Event("talk", "mine/song.flac", "mine:a", 10, 50.0, 51.0, "music")
    aside = Truth("dev foreground 1", 600.0, (talk,), (("music", 0.0, 600.0),), ())
    about = {
        "fold": "dev", "scenes": 1, "missing_backgrounds": ["laughter"],
        "foreground": foreground([Heard(aside, (alarm,), {})]),
        "alone": alone(Alone((), (), ()), lambda streams: [[] for _ in streams]),
    }  # fmt: skip
    page = Page(scenes_page(told | about, root, tmp_path))
    assert_links_lead_to_recordings(page, tmp_path)
    assert len(page.sources) == 2  # the false alarm and the missed event
    assert set(page.pictures) == {
        "By level over the background; bars are 95 % over sources.",
        "Other thresholds of a warning, from the same scores; dashed: one in two hours.",
        "Hours of some kinds are few: see the table.",
    }


def test_pictures_are_svg_and_the_same_every_time():
    draw = [
        lambda: charts.confusion(np.eye(8, 9, dtype=int).tolist(), EMOTIONS, (*EMOTIONS, "none")),
        lambda: charts.bars({"talk": 1.5, "music": 0.0}, "an hour"),
        lambda: charts.recall_by_snr(
            {"all": {"20": 1.0, "0": None}}, {"20": [0.9, 1.0], "0": None}
        ),
        lambda: charts.operating_curve([[0.5, 0.0, 1.0], [0.6, 0.0, 0.5]], (0.0, None)),
    ]
    for picture in draw:
        assert ET.fromstring(picture()).tag.endswith("svg")
        assert picture() == picture()


def test_what_recordings_are_called_cannot_break_the_page(tmp_path):
    hostile = '"><script>alert(1)</script>'
    assert "<script" not in text(hostile)
    assert "<script" not in table(("<b>",), [(hostile,)])
    assert "<script" not in player(tmp_path, f"mine/{hostile}.flac", tmp_path).html


@pytest.mark.parametrize(
    ("value", "shown"), [(0.5, "0.5"), (0.12345, "0.123"), (None, "–"), (3, "3"), (1234.5, "1234"),
                         (0.0, "0"), (Markup("<i>x</i>"), "<i>x</i>")]
)  # fmt: skip
def test_figures_are_shown_as_people_read_them(value, shown):
    assert text(value) == shown


def test_a_report_is_written_whole_and_where_it_cannot_be_that_is_said(tmp_path):
    seen: list[Path] = []

    def page(folder):
        seen.append(folder)
        return "<html></html>"

    written = write_report(tmp_path / "new", "clips", {"a": 1}, page)
    assert written == (tmp_path / "new" / "clips.html").resolve()
    assert seen == [written.parent]
    assert {path.name for path in written.parent.iterdir()} == {"clips.html", "clips.json"}
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        write_report(tmp_path / "file" / "below", "clips", {}, None)
