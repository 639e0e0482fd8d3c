"""A folder of decks, examined: what the table has already is kept, and it is written whenever one more is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..output import write_file
from .examination import Examiner
from .isolation import examined
from .row import Row, Status, as_csv, read_rows

Done = Callable[[int, int, Row | None], None]
"""Called with the decks done, those there are, and the row just made."""


@dataclass(frozen=True)
class Campaign:
    """The decks of a folder by their names in the table, and the table's file."""

    decks: Mapping[str, Path]
    table: Path

    @classmethod
    def of(cls, folder: Path, decks: Iterable[Path], table: Path) -> Campaign:
        """The campaign of a folder's decks."""
        return cls({deck.relative_to(folder).as_posix(): deck for deck in decks}, table)

    def run(self, examiner: Examiner, *, jobs: int, time_limit: float, again: bool, done: Done) -> tuple[Row, ...]:
        """Examine what has no row yet, everything with `again`; the rows of all decks in the folder's order."""
        written = read_rows(self.table)
        known = {} if again else {name: row for name, row in written.items() if name in self.decks}
        todo = [(path, name) for name, path in self.decks.items() if name not in known]
        done(len(known), len(self.decks), None)
        for row in examined(todo, examiner, jobs=jobs, time_limit=time_limit):
            known[row.file] = row
            self._write(known)
            done(len(known), len(self.decks), row)
        self._write(known)
        return self._ordered(known)

    def _ordered(self, known: Mapping[str, Row]) -> tuple[Row, ...]:
        return tuple(known[name] for name in self.decks if name in known)

    def _write(self, known: Mapping[str, Row]) -> None:
        write_file(self.table, as_csv(self._ordered(known)))


def summary(rows: Iterable[Row]) -> str:
    """`198 decks: 190 agree, 5 refused, 3 differ`."""
    counts = Counter(row.status for row in rows)
    words = {Status.agrees: "agree", Status.differs: "differ", Status.timeout: "timed out"}
    total = sum(counts.values())
    said = [f"{counts[status]} {words.get(status, status.value)}" for status in Status if counts[status]]
    return f"{total} {'deck' if total == 1 else 'decks'}: {', '.join(said) or 'none'}"
