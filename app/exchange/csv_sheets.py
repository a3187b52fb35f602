"""CSV as offices save it: UTF-8, UTF-16 or Windows-1252; commas, semicolons or tabs."""

import codecs
import csv
import io
import re
from pathlib import Path

from app.errors import FaultyFile
from app.exchange.sheets import Sheet, gather

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 4096
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")


def read_csv(path: Path) -> Sheet:
    """Read a CSV file.

    Raises:
        FaultyFile: it is no text, or a quotation mark is not closed.
    """
    text, encoding = decode(path.read_bytes(), path.name)
    separator_line = _SEPARATOR_LINE.match(text)
    if separator_line:  # what Excel writes for itself; it does not count it as a row
        text = text[separator_line.end() :]
    delimiter = separator_line.group(1) if separator_line else find_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        table = list(enumerate(reader, start=1))
    except csv.Error as error:
        raise FaultyFile(
            f"{path.name} cannot be read beyond line {reader.line_num} ({error}).",
            "Look there for a quotation mark that is opened and not closed, or save the file as CSV UTF-8 again.",
        ) from None
    sheet = gather(path.name, table)
    if encoding == "cp1252":
        sheet.notes.append(
            "The file is not UTF-8 and was read as Windows-1252: check accented letters and pound signs."
        )
    return sheet


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    Raises:
        FaultyFile: it is no text.
    """
    encoding = _guess(data)
    for candidate in (encoding, "cp1252") if encoding == "utf-8" else (encoding,):
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, candidate
    raise FaultyFile(f"{name} is not text that can be read.", "Save it as CSV UTF-8, or as XLSX.")


def _guess(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    start = data[:_LOOKED_AT]
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 4:
        return "utf-16-be"
    return "utf-8"


def find_delimiter(text: str) -> str:
    """The delimiter that splits the headings into the most columns; a comma where none does."""

    def columns(delimiter: str) -> int:
        for row in csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter):
            if any(row):
                return len(row)
        return 0

    return max(_DELIMITERS, key=columns)
