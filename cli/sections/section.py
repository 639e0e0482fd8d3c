"""A section of the report: a heading, a sentence that says what to see, and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Tile:
    """One number at the top of the page: what it is, the number, and a word on it. `mood` is good, bad or none."""

    label: str
    value: str
    note: str = ""
    mood: str = ""


@dataclass(frozen=True)
class Section:
    """`lead` is one sentence; `body` is HTML that escapes what it shows; `missing` says what is not there."""

    name: str
    title: str
    lead: str = ""
    body: str = ""
    missing: str = ""
    tiles: tuple[Tile, ...] = ()


def picture(svg: str, caption: str = "") -> str:
    """A figure with its caption."""
    return f"<figure>{svg}{f'<figcaption>{escape(caption)}</figcaption>' if caption else ''}</figure>"


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table; cells are escaped."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
