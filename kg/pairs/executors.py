"""Where blocks are computed: in this process, in several, or on the workers of a Dask cluster.

Kernels take a `concurrent.futures.Executor`, and so does every place that can run them. A block returns its own best
pairs or counts, and these merge into the same result to the bit, whoever computed them and in which order.

    with local_processes(4) as executor:
        rank(ranking, executor=executor)

    client = distributed.Client("tcp://scheduler:8786")       # the extra bsab-kg[scale]
    rank(ranking, executor=client.get_executor())
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

from kg.errors import KgError

P = ParamSpec("P")
R = TypeVar("R")


class Serial(Executor):
    """An executor that computes at once, in this thread."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """A future that is done: it holds the result, or what was raised."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def gather(executor: Executor | None, compute: Callable[..., R], calls: Sequence[tuple[Any, ...]]) -> Iterator[R]:
    """The results of `compute(*call)`, in the order of the calls; those not yet begun are dropped when one fails.

    Parameters
    ----------
    executor
        None computes each when it is asked for, in this thread.
    compute
        A function of a module (processes find it by its name).
    """
    if executor is None:
        yield from (compute(*call) for call in calls)
        return
    futures = [executor.submit(compute, *call) for call in calls]
    try:
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def local_processes(workers: int) -> Iterator[Executor]:
    """An executor of that many processes on this machine, started afresh: they inherit no lock of a thread."""
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


@contextmanager
def dask_cluster(address: str = "", workers: int = 2) -> Iterator[Executor]:
    """The executor of a Dask cluster: that of a scheduler, or one on this machine, of `workers` processes.

    Raises
    ------
    KgError
        The extra `scale` is not installed, or no scheduler answers.
    """
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise KgError("Dask is not installed", "distributed", "pip install 'bsab-kg[scale]'") from None
    if address:
        try:
            client = distributed.Client(address, timeout=10)
        except (OSError, ValueError) as error:
            raise KgError(f"no scheduler answers: {error}", address, "see `dask scheduler`") from None
    else:
        client = distributed.Client(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    with client:
        yield client.get_executor()
