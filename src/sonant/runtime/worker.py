"""A worker process: one engine, one call at a time, one thread.

Started by the server as `python -m sonant.runtime.worker SOCKET PARENT NAME REFERENCE MODELS`: the number of the
inherited socket, the server's process number, the engine's name and reference, the folder of model files.
"""

import gc
import pickle
import resource
import signal
import socket
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sonant.core.errors import SonantError
from sonant.enginekit.failure import Failure
from sonant.enginekit.lifeline import Interrupted, die_with_parent, postpone_interrupts
from sonant.runtime.discovery import find_engine
from sonant.runtime.wire import FrameReader, Kind, encode_header


class Worker:
    """The worker's end of the conversation.

    Args:
        connection: A blocking stream socket whose other end is the server.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = FrameReader()
        self._unread: deque[tuple[Kind, bytes]] = deque()

    def load(self, name: str, reference: str, models: Path) -> Any:
        """Load an engine and tell the server how it went.

        Raises:
            SystemExit: It can't be loaded.
        """
        try:
            engine = find_engine(name, reference).load(models)
        except SonantError as refusal:
            self._send(Kind.REFUSED, pickle.dumps(refusal))
        except Exception as error:  # noqa: BLE001 - an engine may raise anything; the server logs it
            self._send(Kind.FAILED, pickle.dumps(Failure.of(error)))
        else:
            gc.collect()
            gc.freeze()  # what is loaded stays: forked children then share its memory with this process
            self._send(Kind.READY)
            return engine
        raise SystemExit

    def serve(self, engine: Any) -> None:
        """Answer calls until the server hangs up."""
        while True:
            while self._unread:
                kind, content = self._unread.popleft()
                if kind is Kind.CALL:  # a cancel that comes here is for a call that has ended
                    self._answer(engine, content)
            self._receive()

    def _answer(self, engine: Any, encoded_call: bytes) -> None:
        postpone_interrupts()
        try:
            self._run(pickle.loads(encoded_call)(engine))  # noqa: S301 - written by the server that started this process
        except SonantError as refusal:
            self._send(Kind.REFUSED, pickle.dumps(refusal))
        except Interrupted:
            self._send(Kind.END)
        except Exception as error:  # noqa: BLE001 - an engine may raise anything; the server logs it
            self._send(Kind.FAILED, pickle.dumps(Failure.of(error)))
        else:
            self._send(Kind.END)

    def _run(self, chunks: Iterator[Any]) -> None:
        try:
            while not self._cancelled():
                try:
                    chunk = next(chunks)
                except StopIteration:
                    return
                self._send(Kind.CHUNK, pickle.dumps(chunk, protocol=5))
        finally:
            if close := getattr(chunks, "close", None):
                close()

    def _cancelled(self) -> bool:
        with suppress(BlockingIOError):
            self._receive(socket.MSG_DONTWAIT)
        return bool(self._unread)  # during a call the server says nothing else

    def _receive(self, flags: int = 0) -> None:
        received = self._connection.recv_into(self._reader.space(), flags=flags)
        if not received:
            raise SystemExit
        self._unread.extend(self._reader.advance(received))

    def _send(self, kind: Kind, content: bytes = b"") -> None:
        header = encode_header(kind, len(content))
        sent = self._connection.sendmsg([header, content])  # not joined: a chunk of speech is large
        if sent < len(header) + len(content):
            self._connection.sendall((header + content)[sent:])


def main() -> None:
    """Run a worker; see the module's description for its arguments."""
    number, parent, name, reference, models = sys.argv[1:]
    die_with_parent(int(parent))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what callers sent
    postpone_interrupts()
    with socket.socket(fileno=int(number)) as connection, suppress(ConnectionError):
        connection.set_inheritable(False)
        worker = Worker(connection)
        worker.serve(worker.load(name, reference, Path(models)))


if __name__ == "__main__":
    main()
