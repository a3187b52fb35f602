"""Places that lie near each other under similar names: found in memory, since a file or a register may have 100,000.

The measure is that of PostgreSQL's pg_trgm, which comparisons inside the database use: the share of
three-letter pieces that two names have in common. There it took 48 s for 100,000 rows, most of it spent on cutting the
same names into pieces again for every pair; here each name is cut once, and most pairs are told apart by a fingerprint.
"""

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

import numpy as np
import shapely
from numpy.typing import NDArray

NEAR_M = 150.0
SIMILAR = 0.5
"""Trigram similarity of two names. "Seaham Library" and "The Library, Seaham" have 0.79, "Seaham Hub" 0.39."""

_WORD = re.compile(r"[^\W_]+")
_AT_ONCE = 2_000
_ROUNDING = 1e-9
MOST_PAIRS = 20_000_000
"""Near pairs that are looked at: some thousand places at one spot have as many. Beyond, rows are not compared."""


def trigrams(name: str) -> frozenset[str]:
    """The three-letter pieces of a name as pg_trgm cuts them: word by word, lower case, padded with spaces."""
    padded = [f"  {word} " for word in _WORD.findall(name.lower())]
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """How alike two names are by their pieces, from 0 to 1."""
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared) if shared else 0.0


def similar_pairs(
    eastings: Sequence[float], northings: Sequence[float], names: Sequence[str], *, near_m: float, similar: float
) -> Iterator[tuple[int, int, float]]:
    """Pairs of positions in the sequences, the later first, within `near_m` metres (EPSG:27700), and their likeness."""
    pieces = [trigrams(name) for name in names]
    sizes = np.array([len(one) for one in pieces])
    prints = _fingerprints(pieces)
    hidden = sizes - np.bitwise_count(prints).sum(axis=1)  # pieces that fell on a bit that another has set
    looked_at = 0
    for pairs in _near_pairs(np.column_stack([eastings, northings]), near_m):
        looked_at += pairs.shape[1]
        if looked_at > MOST_PAIRS:
            return
        shared_at_most = np.bitwise_count(prints[pairs[0]] & prints[pairs[1]]).sum(axis=1) + hidden[pairs].min(axis=0)
        needed = sizes[pairs].sum(axis=0) * similar / (1 + similar)
        for later, earlier in pairs[:, shared_at_most >= needed - _ROUNDING].T.tolist():
            alike = likeness(pieces[later], pieces[earlier])
            if alike >= similar:
                yield later, earlier, alike


def _fingerprints(pieces: Sequence[frozenset[str]]) -> NDArray[np.uint64]:
    """For each set a bit for each of its pieces, shape (n, 4): what two have in common shows in few machine steps."""
    bits = (reduce(or_, (1 << (hash(piece) & 255) for piece in one), 0) for one in pieces)
    return np.frombuffer(b"".join(one.to_bytes(32, "little") for one in bits), dtype=np.uint64).reshape(-1, 4)


def _near_pairs(positions: NDArray[np.float64], near_m: float) -> Iterator[NDArray[np.intp]]:
    """Pairs within a distance as arrays of shape (2, n), the larger index first, a few thousand rows at a time."""
    points = np.asarray(shapely.points(positions))  # of shape (n,), though the stubs allow for one point
    tree = shapely.STRtree(points)
    for start in range(0, len(points), _AT_ONCE):
        pairs = tree.query(points[start : start + _AT_ONCE], predicate="dwithin", distance=near_m)
        pairs[0] += start
        yield pairs[:, pairs[0] > pairs[1]]
