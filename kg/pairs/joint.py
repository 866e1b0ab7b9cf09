"""In how many samples, or cells, both antigens of a pair are positive: all pairs at once, 64 samples in a word.

    positive = dense.layers["value"] >= cut_off              # antigens x samples
    joint = count_joint(positive)
    joint.both_of(first, second) / joint.samples

Counts are exact. From the single counts follow how many samples are positive for either or for neither. What is not
known of an antigen in a sample is told by `known`: only samples in which both are known count for a pair then.

Where numba is installed (extra `scale`), large counts are compiled: the same numbers, some four times as fast.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from kg.errors import KgError
from kg.pairs.executors import gather
from kg.pairs.shifts import Block, Positions, blocks, in_runs, last_shift, shift_of, windows

Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]  # [words, antigens]: bit s of an antigen is its sample s
Counts = NDArray[np.uint32]

_TILE = 1 << 17  # pairs at a time
_CARRY = 3  # words whose bits a byte can count: 3 x 64 < 256
_LARGE = 1 << 27  # words of all pairs: fewer are counted before a compiler is loaded


def packed(positive: Mask) -> Words:
    """The samples of each antigen as bits: [words, antigens], so that a word of all antigens is a run of memory."""
    bits = np.packbits(positive, axis=1)
    whole = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), dtype=np.uint8)
    whole[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(whole.view(np.uint64).T)


@in_runs
def count_both(left: Words, right: Words) -> Counts:
    """How many bits both have, of every column of `left` with every one of `right`: [left, right]."""
    width = right.shape[1]
    counts = np.zeros((left.shape[1], width), dtype=np.uint32)
    if counts.size * len(left) >= _LARGE and _has_compiler():
        from kg.pairs.compiled import count_all

        count_all(_rows(left), _rows(right), counts)
        return counts
    depth = max(1, _TILE // max(1, width))
    counter = _Counter(depth * width, len(left))
    for start in range(0, left.shape[1], depth):
        rows = left[:, start : start + depth, None]
        counter.count(rows, right[:, None, :], counts[start : start + depth])
    return counts


@cache
def _has_compiler() -> bool:
    return find_spec("numba") is not None


def _rows(words: Words) -> Words:
    """The words of each antigen as a run of memory: [antigens, words]."""
    return np.ascontiguousarray(words.T)


class _Counter:
    """Adds up common bits, word by word, in buffers that all tiles share."""

    def __init__(self, size: int, words: int) -> None:
        kinds = (np.uint64, np.uint8, np.uint8, np.uint16 if words < 1024 else np.uint32)
        self.buffers = tuple(np.empty(size, dtype=kind) for kind in kinds)

    def count(self, left: Words, right: Words, out: Counts) -> None:
        """How many bits are common, into `out`, to whose shape left[w] and right[w] broadcast."""
        # Laid flat where the shape does not matter: that is the quickest way into numpy's loops.
        common, bits, some, total = (buffer[: out.size] for buffer in self.buffers)
        shaped = common.reshape(out.shape)
        total.fill(0)
        for word, (one, other) in enumerate(zip(left, right, strict=True)):
            np.bitwise_and(one, other, out=shaped)
            if word % _CARRY == 0:
                np.bitwise_count(common, out=some)
            else:
                np.bitwise_count(common, out=bits)
                np.add(some, bits, out=some)
            if word % _CARRY == _CARRY - 1 or word == len(left) - 1:
                np.add(total, some, out=total)
        out[...] = total.reshape(out.shape)


@dataclass(frozen=True)
class Joint:
    """Joint positivity of all pairs.

    Parameters
    ----------
    samples
        How many samples (or cells) there are.
    single
        [antigens], samples in which each is positive.
    by_shift
        [shifts + 1, antigens], samples in which antigen i and antigen (i + d) mod n are positive; `both_of` reads it.
    known_by_shift
        The same of samples in which both are known; None: all are.
    only_by_shift
        [2, shifts + 1, antigens], positive for the one where the other is known, and the other way around; None: all
        are known.
    """

    samples: int
    single: Counts
    by_shift: Counts
    known_by_shift: Counts | None = None
    only_by_shift: Counts | None = None

    def both_of(self, first: Positions, second: Positions) -> NDArray[np.int64]:
        """Samples in which both of each pair are positive."""
        return self.by_shift[self._place(first, second)].astype(np.int64)

    def known_of(self, first: Positions, second: Positions) -> NDArray[np.int64]:
        """Samples in which both of each pair are known."""
        place = self._place(first, second)
        if self.known_by_shift is None:
            return np.full(np.broadcast(first, second).shape, self.samples, dtype=np.int64)
        return self.known_by_shift[place].astype(np.int64)

    def either_of(self, first: Positions, second: Positions) -> NDArray[np.int64]:
        """Samples, among those in which both are known, in which at least one of each pair is positive."""
        if self.only_by_shift is None:
            ones = self.single[first].astype(np.int64) + self.single[second]
        else:
            shift, one = self._place(first, second)
            ones = self.only_by_shift[0, shift, one].astype(np.int64) + self.only_by_shift[1, shift, one]
        return ones - self.both_of(first, second)

    def neither_of(self, first: Positions, second: Positions) -> NDArray[np.int64]:
        """Samples, among those in which both are known, in which none of each pair is positive."""
        return self.known_of(first, second) - self.either_of(first, second)

    def matrix(self) -> Counts:
        """[antigens, antigens], samples in which both are positive; the single counts on the diagonal."""
        n = len(self.single)
        matrix = np.empty((n, n), dtype=np.uint32)
        one = np.arange(n)
        for shift, counts in enumerate(self.by_shift):
            other = (one + shift) % n
            matrix[one, other] = matrix[other, one] = counts
        return matrix

    def _place(self, first: Positions, second: Positions) -> tuple[Positions, Positions]:
        return shift_of(len(self.single), first, second)


def count_joint(
    positive: Mask, known: Mask | None = None, executor: Executor | None = None, count: int | None = None
) -> Joint:
    """Joint positivity of all pairs of antigens.

    Parameters
    ----------
    positive, known
        [antigens, samples]; what is not known is not positive. None: all is known.
    executor, count
        Where blocks are computed, and how many: as in `kg.pairs.kernels.rank`.

    Raises
    ------
    KgError
        Shapes differ, or something is positive and not known.
    """
    if positive.ndim != 2 or positive.dtype != np.bool_:
        raise KgError(f"positivity is {positive.dtype} {positive.shape}", "joint", "give bool, antigens x samples")
    if known is not None and known.shape != positive.shape:
        raise KgError(f"known is {known.shape}, and positive {positive.shape}", "joint", "give both for the same")
    if known is not None and (positive & ~known).any():
        raise KgError("something is positive and not known", "joint", "what is not known is not positive")
    words = packed(positive)
    both = _by_shift(words, words, executor, count)
    single = both[0]
    if known is None:
        return Joint(positive.shape[1], single, both)
    seen = packed(known)
    only = np.stack([_by_shift(words, seen, executor, count), _by_shift(seen, words, executor, count)])
    return Joint(positive.shape[1], single, both, _by_shift(seen, seen, executor, count), only)


def _by_shift(one: Words, other: Words, executor: Executor | None, count: int | None) -> Counts:
    n = one.shape[1]
    counts = np.zeros((last_shift(n) + 1, n), dtype=np.uint32)
    if not n:
        return counts
    counts[0] = np.bitwise_count(one & other).sum(axis=0, dtype=np.uint32)
    parts = blocks(n, count or (16 if executor else 1))
    for (start, stop), found in zip(
        parts, gather(executor, count_block, [(one, other, part) for part in parts]), strict=True
    ):
        counts[start:stop] = found
    return counts


@in_runs
def count_block(one: Words, other: Words, block: Block) -> Counts:
    """The counts of a block of shifts, [shifts, antigens]; what `count_joint` sends to an executor."""
    start, stop = block
    n = one.shape[1]
    counts = np.zeros((stop - start, n), dtype=np.uint32)
    if counts.size * len(one) >= _LARGE and _has_compiler():
        from kg.pairs.compiled import count_shifts

        count_shifts(_rows(one), _rows(other), start, counts)
        return counts
    shifted = windows(other)
    depth = max(1, _TILE // n)
    counter = _Counter(depth * n, len(one))
    for shift in range(start, stop, depth):
        end = min(shift + depth, stop)
        counter.count(one[:, None], shifted[:, shift:end], counts[shift - start : end - start])
    return counts
