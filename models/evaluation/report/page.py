"""The page: headline figures, sections of text, pictures, tables and things to listen to."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote

_STYLE: Final = """
:root { color-scheme: light; --ink: #1d2733; --muted: #6b7785; --line: #dfe4ea; --accent: #1f6f8b }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #f5f7f9 }
main { max-width: 1060px; margin: 0 auto; padding: 32px 24px 64px }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; font-weight: 650 }
h2 { font-size: 18px; margin: 0 0 6px; font-weight: 650 }
p { margin: 0 0 12px; color: var(--muted); max-width: 78ch }
section { background: #fff; border: 1px solid var(--line); border-radius: 10px;
  padding: 20px 22px; margin-top: 18px }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
  margin-top: 18px }
.tile { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px }
.tile b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums }
.tile span { color: var(--muted); font-size: 13px }
.pictures { display: flex; flex-wrap: wrap; gap: 20px }
figure { margin: 0; flex: 1 1 400px; min-width: 0 }
figure:only-child:not(.wide) { max-width: 540px }
figure.wide { flex-basis: 100% }
figure svg { width: 100%; height: auto; max-height: 520px }
figcaption { font-size: 13px; color: var(--muted) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 13.5px;
  font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line);
  vertical-align: middle }
th { font-weight: 600; white-space: nowrap }
td.number, th.number { text-align: right; padding-right: 22px; white-space: nowrap }
td:last-child { overflow-wrap: anywhere }
audio { height: 30px; width: 230px; display: block }
details summary { cursor: pointer; color: var(--accent); padding: 4px 0 }
"""


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that is safe to put on a page as it is."""

    html: str


Cell = str | float | int | None | Markup


def text(value: Cell) -> str:
    """One cell or figure as HTML: shares and rates to three places, nothing as a dash."""
    if isinstance(value, Markup):
        return value.html
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.0f}"  # noqa: PLR2004
    return escape(str(value))


def percent(share: float | None) -> str:
    """A share for people."""
    return "–" if share is None else f"{100 * share:.1f}".removesuffix(".0") + " %"


def between(interval: Sequence[float] | None) -> str:
    """A 95 % interval of shares, to stand behind what it is of; nothing where there is none."""
    return "" if interval is None else f" ({interval[0]:.2f}–{interval[1]:.2f})"


def tiles(figures: Sequence[tuple[str, Cell]]) -> str:
    """The headline: each figure over what it is."""
    each = [
        f'<div class="tile"><b>{text(value)}</b><span>{escape(name)}</span></div>'
        for name, value in figures
    ]
    return f'<div class="tiles">{"".join(each)}</div>'


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Numbers to the right, words to the left."""
    if not rows:
        return "<p>Nothing.</p>"
    numeric = [
        all(isinstance(row[i], int | float) or row[i] is None for row in rows)
        for i in range(len(columns))
    ]

    def cells(tag: str, values: Sequence[Cell]) -> str:
        return "".join(
            f"<{tag}{' class=number' if number else ''}>{text(value)}</{tag}>"
            for value, number in zip(values, numeric, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    head = f"<thead><tr>{cells('th', columns)}</tr></thead>"
    return f'<div class="scroll"><table>{head}<tbody>{body}</tbody></table></div>'


def folded(summary: str, content: str) -> str:
    """Content that opens on demand."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def pictures(*each: tuple[str, str], wide: bool = False) -> str:
    """SVGs side by side, each with a caption."""
    kind = ' class="wide"' if wide else ""
    return '<div class="pictures">' + "".join(
        f"<figure{kind}>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
        for svg, caption in each
    ) + "</div>"  # fmt: skip


def player(root: Path, file: str, folder: Path) -> Markup:
    """Plays ``file`` of the data ``root`` from where it lies, seen from a page in ``folder``."""
    where = Path(os.path.relpath(root / file, folder)).as_posix()
    return Markup(f'<audio controls preload="none" src="{quote(where)}"></audio>')


def section(title: str, intro: str, *content: str) -> str:
    """One box of the page."""
    return f"<section><h2>{escape(title)}</h2><p>{escape(intro)}</p>{''.join(content)}</section>"


def page(title: str, intro: str, *content: str) -> str:
    """The whole document."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{escape(intro)}</p>{''.join(content)}"
        "</main></body></html>\n"
    )
