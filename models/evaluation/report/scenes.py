"""The page of ``--suite scenes``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.evaluation.report import charts
from models.evaluation.report.page import (
    Cell,
    page,
    percent,
    pictures,
    player,
    section,
    table,
    tiles,
)

SHOWN: Final = 30
SNR: Final = ("20", "10", "5", "0")


def scenes_page(figures: Mapping[str, Any], root: Path, folder: Path) -> str:
    """The whole page; arguments as of :func:`~models.evaluation.report.clips.clips_page`."""
    kinds = figures["by_kind"]
    every = _every(figures)
    hours = {name: each for name, each in kinds["background"].items() if each["hours"]}
    lines = {"all events": figures["recall"]} | {k: v["recall"] for k, v in kinds["events"].items()}
    low, high = figures["false_alarms_ci95"]
    heard = figures["alone"]
    acted = heard["acted"]
    missing = ", ".join(figures["missing_backgrounds"]) or "none"
    return page(
        "Scenes: distress in hours of everyday sound",
        f"{figures['scenes']} streams mixed from sources of the {figures['fold']} fold in simulated"
        f" rooms, {figures['negative_hours']} hours of them without distress and"
        f" {figures['events']} events, through the daemon's hop loop and fusion. Kinds of everyday"
        f" sound without recordings: {missing}.",
        tiles([
            ("false alarms an hour", f"{figures['false_alarms_per_hour']:.1f}"),
            ("their 95 % interval", f"{low:.1f}–{high:.1f}"),
            ("found at 20 dB", percent(figures["recall"]["20"])),
            ("found at 10 dB", percent(figures["recall"]["10"])),
            ("everyday sounds in front that raise a warning",
             percent(figures["foreground"]["raised"])),
            ("onset to alert, median", _ms(figures["onset_to_alert_ms"]["p50"])),
            ("cleared within 10 s of evidence",
             percent(figures["clearing"]["after_evidence_s"]["within_10_s"])),
        ]),
        section(
            "Found, and at what price",
            "An event is found by a warning raised between its onset and two seconds after its"
            " offset. A warning anywhere else is a false alarm.",
            pictures(
                (charts.recall_by_snr(lines, figures["recall_ci95"]),
                 "By level over the background; bars are 95 % over sources."),
                (charts.operating_curve(
                    figures["curve"], (figures["false_alarms_per_hour"], every)),
                 "Other thresholds of a warning, from the same scores; dashed: one in two hours."),
            ),
        ),
        section(
            "Events",
            "Share found at each level over the background, and how soon.",
            table(
                ("event", "events", "sources", "speakers", *(f"{snr} dB" for snr in SNR),
                 "median, ms", "95th percentile, ms"),
                [
                    (name, each["events"], each["sources"], each["groups"],
                     *(each["recall"][snr] for snr in SNR),
                     each["onset_to_alert_ms"]["p50"], each["onset_to_alert_ms"]["p95"])
                    for name, each in kinds["events"].items()
                ],
            ),
        ),
        section(
            "Everyday sound",
            "False alarms and what else was raised in stretches without distress.",
            pictures((charts.bars(
                {name: each["false_alarms"] / each["hours"] for name, each in hours.items()},
                "false alarms an hour"), "Hours of some kinds are few: see the table.")),
            table(
                ("background", "hours", "false alarms", "advisories", "infant alerts"),
                [(name, each["hours"], each["false_alarms"], each["advisories"],
                  each["infant_alerts"]) for name, each in kinds["background"].items()],
            ),
        ),
        section(
            "Everyday sound in front",
            "Sounds that rise above the background as distress does in the other scenes, 20 to"
            " 0 dB over it, and the share that raised a warning.",
            table(
                ("sound", "heard", "raised", "95 %"),
                [(name, each["sounds"], percent(each["raised"]), _span(each["raised_ci95"]))
                 for name, each in figures["foreground"]["by_kind"].items()],
            ),
        ),
        section(
            "Alone",
            "Recordings one by one, near, in a quiet room: what raises an alert there although it"
            " is no distress, and how much of acted fear and anger does.",
            table(
                ("heard", "recordings", "hours", "alerts", "of these warnings", "alerts an hour",
                 "95 %"),
                [(name, each["recordings"], each["hours"], each["alerts"], each["warnings"],
                  each["alerts_per_hour"], _ends(each["alerts_ci95"])) for name, each in (
                    ("calm and happy voices", heard["voices"]),
                    ("everyday things", heard["things"]))],
            ),
            table(
                ("acted fear and anger: found by", "recordings", "share", "95 %"),
                [(name, acted["recordings"], percent(share["value"]), _span(share["ci95"]))
                 for name, share in (("an alert", acted["found"]), ("a warning", acted["warned"]))],
            ),
        ),
        section("Clearing", "How long alerts outlast what they are about, in seconds.", table(
            ("from", "alerts", "median", "longest", "within 10 s"),
            [(name.removesuffix("_s").replace("_", " "), each["alerts"], each["p50"], each["max"],
              each["within_10_s"]) for name, each in figures["clearing"].items()],
        )),
        section("False alarms", f"The first {SHOWN}; the recordings are dry, the scene was not.",
                table(("listen", "scene", "at, s", "heard as", "background", "recording"),
                      _alarms(figures["detail"]["false_alarms"], root, folder))),
        section("Missed", f"The first {SHOWN}, the loudest over their background first.",
                table(("listen", "scene", "at, s", "event", "dB over", "background", "recording"),
                      _misses(figures["detail"]["missed"], root, folder))),
    )  # fmt: skip


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} ms"


def _span(ends: Sequence[float] | None) -> str:
    return "–" if ends is None else f"{percent(ends[0])} to {percent(ends[1])}"


def _ends(ends: Sequence[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.1f} to {ends[1]:.1f}"


def _every(figures: Mapping[str, Any]) -> float | None:
    """Recall over all events, at every level."""
    missed, events = len(figures["detail"]["missed"]), figures["events"]
    return 1.0 - missed / events if events else None


def _alarms(found: Sequence[Mapping[str, Any]], root: Path, folder: Path) -> list[tuple[Cell, ...]]:
    return [
        (
            player(root, one["files"][0], folder) if one["files"] else "the room alone",
            one["scene"], one["at_s"], one["kind"], one["background"],
            one["files"][0] if one["files"] else None,
        )
        for one in found[:SHOWN]
    ]  # fmt: skip


def _misses(found: Sequence[Mapping[str, Any]], root: Path, folder: Path) -> list[tuple[Cell, ...]]:
    loudest = sorted(found, key=lambda one: -int(one["snr_db"]))[:SHOWN]
    return [
        (
            player(root, one["file"], folder), one["scene"], one["onset_s"], one["kind"],
            one["snr_db"], one["background"], one["file"],
        )
        for one in loudest
    ]  # fmt: skip
