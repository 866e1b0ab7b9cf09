"""Work in a second process beside this one: the smallest machines have two cores, and a report fills both."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Generic, TypeVar

from kg.paths import Root
from kg.store import Opened, open_store
from kg.view import View

T = TypeVar("T")
_THREADS = "OPENBLAS_NUM_THREADS"  # products of small matrices: a second thread only spins


class Task(Generic[T]):
    """Something that is asked for: done beside, or here where the other process has not come to it yet."""

    def __init__(self, here: Callable[[], T], there: Future[T] | None) -> None:
        self._here = here
        self._there = there

    def outcome(self) -> T:
        """What came out; waits for it, or does it now. Errors are those of the function."""
        if self._there is None or self._there.cancel():
            return self._here()
        return self._there.result()


class Beside:
    """A context in which functions of an open store are done beside, in the order in which they are asked for.

    A store in memory cannot be shared: all is done here then, when its outcome is asked for.
    """

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Beside:
        if self.opened.place != "memory":
            self._threads = os.environ.get(_THREADS)
            os.environ[_THREADS] = "1"
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=gc.disable)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            if self._threads is None:
                del os.environ[_THREADS]
            else:
                os.environ[_THREADS] = self._threads

    def start(self, function: Callable[..., T], *arguments: Any) -> Task[T]:
        """Ask for `function(opened, *arguments)`; function and arguments must be such that pickle takes them."""

        def here() -> T:
            return function(self.opened, *arguments)

        if not self._pool:
            return Task(here, None)
        return Task(here, self._pool.submit(_there, self.opened.root, self.opened.view, function, arguments))


def _there(root: Root, view: View, function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    return function(_opened(root, view), *arguments)


@cache
def _opened(root: Root, view: View) -> Opened:
    return open_store(root, view)
