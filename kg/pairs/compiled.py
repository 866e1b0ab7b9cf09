"""Common bits of pairs, compiled by numba (extra `scale`): `kg.pairs.joint` calls it where the work is large.

numpy goes through memory once for `and`, once for the count and once for the sum. Compiled, a word stays in a register
from one to the other, and the counts of many words are made at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.core.typing.templates import Signature
from numba.extending import intrinsic
from numpy.typing import NDArray

Rows = NDArray[np.uint64]  # [antigens, words]
_STRIP = 32  # antigens whose words stay in the cache while others pass by


@intrinsic
def _bits(_context: Any, _word: Any) -> tuple[Signature, Any]:
    """How many bits of a word are set: an instruction that numba has no name for."""

    def call(_context: Any, builder: Any, _signature: Signature, words: Any) -> Any:
        return builder.ctpop(words[0])

    return types.uint64(types.uint64), call


@njit(nogil=True, cache=True)
def count_shifts(one: Rows, other: Rows, start: int, counts: NDArray[np.uint32]) -> None:
    """The common bits of antigen i and antigen (i + start + d) mod n, into counts[d, i]."""
    n, words = one.shape
    for top in range(0, n, _STRIP):
        for d in range(counts.shape[0]):
            for i in range(top, min(top + _STRIP, n)):
                j = (i + start + d) % n
                common = np.uint64(0)
                for word in range(words):
                    common += _bits(one[i, word] & other[j, word])  # type: ignore[call-arg]
                counts[d, i] = common


@njit(nogil=True, cache=True)
def count_all(left: Rows, right: Rows, counts: NDArray[np.uint32]) -> None:
    """The common bits of every row of `left` with every row of `right`, into counts[left, right]."""
    words = left.shape[1]
    for top in range(0, len(right), _STRIP):
        for i in range(len(left)):
            for j in range(top, min(top + _STRIP, len(right))):
                common = np.uint64(0)
                for word in range(words):
                    common += _bits(left[i, word] & right[j, word])  # type: ignore[call-arg]
                counts[i, j] = common
