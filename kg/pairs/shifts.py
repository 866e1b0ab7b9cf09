"""The order in which all pairs are visited: by the distance of the two antigens on a circle.

Antigens 0 to n - 1 stand on a circle; the pair at shift d and position i is (i, (i + d) mod n). The shifts 1 to
n // 2 hold every unordered pair once, except that the last one of an even n holds each of its pairs twice. So all
tiles of shifts x positions are alike, none is half empty, and in each of them both antigens are runs of memory: numpy
takes the minimum of two runs two to three times faster than that of a column and a row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import pairwise
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Positions = NDArray[np.int32]
Block = tuple[int, int]  # shifts from, up to and without

P = ParamSpec("P")
R = TypeVar("R")

_BUFFER = 256
_TILE = 1 << 17  # elements: the buffers of a tile stay in the caches of a core
_WIDTH = 4096  # positions in a tile


def in_runs(function: Callable[P, R]) -> Callable[P, R]:
    """The function with small buffers in numpy.

    Where a run is shorter than a third of the buffer (8,192 elements by default), numpy copies runs together into
    buffers, which takes three times as long as the minimum of the runs themselves.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with np.errstate():  # gives back the size of the buffer, too
            np.setbufsize(_BUFFER)
            return function(*args, **kwargs)

    return call


def last_shift(n: int) -> int:
    """The last shift of n antigens."""
    return n // 2


def pairs_of(n: int) -> int:
    """How many unordered pairs n antigens make."""
    return n * (n - 1) // 2


def blocks(n: int, count: int) -> tuple[Block, ...]:
    """The shifts of n antigens in at most `count` runs of nearly equal length, in order; none, if n < 2."""
    last = last_shift(n)
    count = max(1, min(count, last))
    edges = [1 + last * one // count for one in range(count + 1)]
    return tuple((start, stop) for start, stop in pairwise(edges) if start < stop)


def tiles(n: int, block: Block) -> list[tuple[slice, slice]]:
    """The tiles (shifts, positions) of a block, in order; the first are small, and set a mark for the rest."""
    width = -(-n // -(-n // _WIDTH))  # equal parts
    most = max(1, _TILE // width)
    start, stop = block
    found, shift, depth = [], start, 1
    while shift < stop:
        end = min(shift + depth, stop)
        found += [(slice(shift, end), slice(left, min(left + width, n))) for left in range(0, n, width)]
        shift, depth = end, min(2 * depth, most)
    return found


def largest(n: int, block: Block) -> int:
    """Elements of the largest tile of a block; 0 if there is none."""
    sizes = ((one.stop - one.start) * (other.stop - other.start) for one, other in tiles(n, block))
    return max(sizes, default=0)


def windows(rows: NDArray[Any]) -> NDArray[Any]:
    """A read-only view [rows, shifts + 1, n] of a copy: element [r, d, i] is rows[r, (i + d) mod n]."""
    count, n = rows.shape
    circle = np.ascontiguousarray(np.concatenate([rows, rows[:, : last_shift(n)]], axis=1))
    step = circle.itemsize
    shape, strides = (count, last_shift(n) + 1, n), (circle.strides[0], step, step)
    return as_strided(circle, shape, strides, writeable=False)


def antigens_of(n: int, shifts: slice, positions: slice) -> tuple[Positions, Positions]:
    """The lower and the higher position of each pair of a tile, both [shifts, positions]."""
    one = np.arange(positions.start, positions.stop, dtype=np.int32)
    other = (one + np.arange(shifts.start, shifts.stop, dtype=np.int32)[:, None]) % np.int32(n)
    return np.minimum(one, other), np.maximum(one, other)


def places_of(n: int, found: NDArray[np.intp], shifts: slice, positions: slice) -> tuple[Positions, Positions]:
    """The two antigens of each pair, from where it stands in a tile that is laid flat."""
    row, column = np.divmod(found.astype(np.int32), np.int32(positions.stop - positions.start))
    one = column + np.int32(positions.start)
    return one, (one + row + np.int32(shifts.start)) % np.int32(n)


def repeated(n: int, shifts: slice, positions: slice) -> tuple[slice, slice] | None:
    """The part of a tile whose pairs another part of the same shift holds already, counted from the tile's corner."""
    if n % 2 or not shifts.start <= n // 2 < shifts.stop:
        return None
    row = n // 2 - shifts.start
    left = max(n // 2, positions.start) - positions.start
    return slice(row, row + 1), slice(left, positions.stop - positions.start)


def shift_of(n: int, first: Positions, second: Positions) -> tuple[Positions, Positions]:
    """Shift and position at which each pair of two different antigens stands."""
    forward = (second - first) % n
    near = forward <= last_shift(n)
    return np.where(near, forward, n - forward), np.where(near, first, second)
