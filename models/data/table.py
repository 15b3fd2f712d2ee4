"""The rows of a table of recordings, as ``labels.csv`` is one, or what is wrong with it."""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from models.errors import DataError

TABLE: Final = "labels.csv"
NEEDED: Final = ("file", "label")
_AS_UTF8 = "Save it as UTF-8; spreadsheets call that CSV UTF-8."


def rows(table: Path, needed: Sequence[str] = NEEDED) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of ``table`` by the names of its columns, each with its line.

    A mark of byte order, as spreadsheets write one, is no part of the first name.

    Args:
        table: the file.
        needed: columns that it must have, ``file`` among them.

    Raises:
        DataError: the table cannot be read or is not UTF-8, lacks a column, or has a row with
            another number of fields, of no file, or of one that an earlier row has described.
    """
    reader = csv.reader(io.StringIO(_text(table), newline=""), strict=True)
    described: dict[PurePosixPath, int] = {}
    try:
        columns = next(reader, [])
        lacking = set(needed) - set(columns)
        if lacking:
            raise DataError(
                f"{table} lacks the column {', '.join(sorted(lacking))}.",
                "Its first line names the columns, commas between them; needed are"
                f" {', '.join(needed)}.",
            )
        for fields in reader:
            if fields:
                where = f"{table}, line {reader.line_num}"
                row = _row(where, columns, fields)
                file = PurePosixPath(row["file"])
                if file in described:
                    raise DataError(
                        f"{where}: {file} stands in line {described[file]} already.",
                        "Leave one line of each recording.",
                    )
                described[file] = reader.line_num
                yield reader.line_num, row
    except csv.Error as error:
        raise DataError(
            f"{table}, line {reader.line_num}: {error}.",
            "Correct the line: a field with a comma or a quote in it stands in quotes.",
        ) from error


def seconds(written: str) -> float:
    """A length as a table has it.

    Raises:
        DataError: it is none.
    """
    try:
        found = float(written)
    except ValueError:
        found = math.nan
    if not 0.0 < found < math.inf:
        raise DataError(f"{written!r} is no length in seconds.")
    return found


def _text(table: Path) -> str:
    try:
        content = table.read_bytes()
    except OSError as error:
        raise DataError(
            f"{table} cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{table}, line {line}: this is not UTF-8.", _AS_UTF8) from error


def _row(where: str, columns: list[str], fields: list[str]) -> dict[str, str]:
    if len(fields) != len(columns):
        raise DataError(
            f"{where}: {len(fields)} fields where the first line names {len(columns)} columns.",
            "Fill in what is missing; a field with a comma in it stands in quotes.",
        )
    row = dict(zip(columns, fields, strict=True))
    if not PurePosixPath(row["file"].strip()).name:
        raise DataError(f"{where}: it names no file.", "Name the recording, or take the line out.")
    return row
