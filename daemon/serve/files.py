"""The dashboard's files, read once at the start: nothing that a request names reaches the disk."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "dashboard"
PAGES = {"/": "index.html", "/example": "example.html"}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent."""

    text: str
    content_type: str


def dashboard_files(folder: Path = FOLDER) -> dict[str, File]:
    """Every file of ``folder`` by the path under which it is served; ``PAGES`` have their own."""
    files = {
        f"/dashboard/{path.relative_to(folder).as_posix()}": File(
            path.read_text(encoding="utf-8"), TYPES[path.suffix]
        )
        for path in sorted(folder.rglob("*"))
        if path.suffix in TYPES
    }
    return files | {path: files.pop(f"/dashboard/{name}") for path, name in PAGES.items()}
