"""Work spread over processes of this machine: as much at once as they can do, and the task of one that dies is done again."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2  # tasks a process that are handed out: one that it does, one that waits
_WATCH = 0.5  # seconds
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Died(NamedTuple):
    """The process that did a task ended, each time that it was tried."""

    reason: str


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers(Generic[T, R]):
    """Processes that do one kind of work; use as a context, at whose end they are gone.

    Each starts as a new interpreter (so a script needs no ``if __name__ == "__main__"``), with the first task or with `start`, and
    ends when this process does, however that ends.
    """

    def __init__(self, work: Callable[[T], R], jobs: int, *, begin: Callable[..., None] | None = None, arguments: tuple[Any, ...] = ()) -> None:
        self._work = work
        self._jobs = jobs
        self._begin = (begin, arguments)
        self._pool: Any = None
        self._size = 0

    def __enter__(self) -> Workers[T, R]:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def start(self) -> None:
        """Start the processes, so that they are ready when the first task comes."""
        with _without_interrupts():
            self._opened(self._jobs).submit(int)  # the first task starts them all

    def results(self, tasks: Iterator[T]) -> Iterator[tuple[T, R | Died]]:
        """Each task with its result, as they are done; tasks are taken as they are needed.

        A process that dies takes others with it: their tasks are done again, one after the other, so that the one whose
        fault it is shows itself.
        """
        running: dict[Future[R], T] = {}
        is_open = True
        while running or is_open:
            while is_open and len(running) < _AHEAD * self._jobs:
                task = next(tasks, _NONE)
                is_open = task is not _NONE
                if is_open:
                    running[self._submit(task, self._jobs)] = task
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            suspects = []
            for future in [f for f in running if f in done]:
                task = running.pop(future)
                try:
                    yield task, future.result()
                except BrokenProcessPool:
                    suspects.append(task)
            if suspects:
                suspects += running.values()
                running.clear()
                self._stop()
                for task in suspects:
                    yield task, self.alone(task)

    def alone(self, task: T) -> R | Died:
        """The result of a task that nothing else is done beside."""
        try:
            return self._submit(task, 1).result()
        except BrokenProcessPool as error:
            self._stop()
            return Died(_reason(error))

    def _submit(self, task: Any, jobs: int) -> Future[R]:
        pool = self._opened(jobs)
        try:
            with _without_interrupts():
                future: Future[R] = pool.submit(self._work, task)
        except BrokenProcessPool as error:  # a process died since the last task was done
            future = Future()
            future.set_exception(error)
        return future

    def _opened(self, jobs: int) -> Any:
        """The pool of so many processes."""
        if self._size != jobs:
            from loky.process_executor import ProcessPoolExecutor

            self._stop()
            self._size = jobs
            self._pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(os.getpid(), *self._begin), env=dict.fromkeys(_THREADS, "1"))
        return self._pool

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, kill_workers=True)
            self._pool, self._size = None, 0


_NONE: Any = object()


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Keep Ctrl-C back for a moment: a process that starts meanwhile never sees it, not even before it is told to pass over it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # when it starts, which loky would make it do, it lets them through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(parent: int, function: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    """The first thing that a process does: Ctrl-C is its parent's to handle, and it ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if function is not None:
        function(*arguments)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(1)


def _reason(error: BaseException) -> str:
    """What is told of a process that ended."""
    words = str(error)
    with contextlib.suppress(ValueError):
        for code in signal.Signals:
            if code.name in words:
                return f"it was ended by {code.name}"
    return "it ended"
