"""Listening sockets, and a port that speaks plain HTTP and TLS at once."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Callable

ACCEPTS_AT_ONCE = 64
OUT_OF_DESCRIPTORS_PAUSE = 0.5
TLS_HANDSHAKE = 0x16  # the type of the first record of every TLS connection (RFC 8446, section 5.1)
BACKLOG = 2048

ProtocolFactory = Callable[[], asyncio.Protocol]


class AddressUnavailable(OSError):
    """The server can't listen where it was told to. The message says what to do."""


def bind(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of `host`.

    Args:
        host: Name or address.
        port: 0 takes a free one, the same for all addresses.

    Raises:
        AddressUnavailable: The name is unknown, or the port is taken or needs other rights.
    """
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as failure:
        raise AddressUnavailable(f"The host {host} is unknown: {failure.strerror}.") from None
    listening: list[socket.socket] = []
    for family, address in dict.fromkeys((info[0], info[4]) for info in infos):
        number = listening[0].getsockname()[1] if listening else port
        try:
            listening.append(_listen(family, (address[0], number, *address[2:])))
        except OSError as failure:
            if failure.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and len(infos) > 1:
                continue  # a name may have an IPv6 address on a machine without IPv6
            for other in listening:
                other.close()
            raise AddressUnavailable(_why(failure, host, number)) from None
    if not listening:
        raise AddressUnavailable(f"None of the addresses of {host} belongs to this machine.")
    return listening


def _listen(family: int, address: tuple[str | int, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def _why(failure: OSError, host: str, port: int) -> str:
    if failure.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken: stop what listens there, or choose another port."
    if failure.errno == errno.EACCES:
        return f"Port {port} needs rights that this user doesn't have: choose one above 1023."
    return f"Can't listen on {host}, port {port}: {failure.strerror}."


class TwoWayListener:
    """Accepts connections on one socket, and gives each to the plain protocol or, by its first byte, to TLS over it."""

    def __init__(
        self, sock: socket.socket, make_protocol: ProtocolFactory, context: ssl.SSLContext, first_byte_timeout: float
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._make_protocol = make_protocol
        self._context = context
        self._timeout = first_byte_timeout
        self._silent: dict[socket.socket, asyncio.TimerHandle] = {}
        self._handovers: set[asyncio.Task[None]] = set()
        self._loop.add_reader(sock, self._accept)

    def close(self) -> None:
        """Accept no more, and drop connections that have said nothing yet."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for connection in list(self._silent):
            self._drop(connection)

    def _accept(self) -> None:
        for _ in range(ACCEPTS_AT_ONCE):
            try:
                connection, _address = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # Out of file descriptors or memory: the socket stays readable, so look away for a while.
                self._loop.remove_reader(self._socket)
                self._loop.call_later(OUT_OF_DESCRIPTORS_PAUSE, self._resume)
                return
            connection.setblocking(False)
            self._silent[connection] = self._loop.call_later(self._timeout, self._drop, connection)
            self._loop.add_reader(connection, self._look, connection)

    def _resume(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.add_reader(self._socket, self._accept)

    def _drop(self, connection: socket.socket) -> None:
        self._forget(connection)
        connection.close()

    def _forget(self, connection: socket.socket) -> None:
        self._silent.pop(connection).cancel()
        self._loop.remove_reader(connection)

    def _look(self, connection: socket.socket) -> None:
        """Look at the first byte without taking it, and hand the connection over."""
        try:
            first = connection.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            first = b""
        if not first:
            self._drop(connection)
            return
        self._forget(connection)
        task = self._loop.create_task(self._hand_over(connection, secure=first[0] == TLS_HANDSHAKE))
        self._handovers.add(task)
        task.add_done_callback(self._handovers.discard)

    async def _hand_over(self, connection: socket.socket, *, secure: bool) -> None:
        # What fails here is the client's handshake, which is nobody's business but the client's.
        with contextlib.suppress(OSError):
            await self._loop.connect_accepted_socket(
                self._make_protocol,
                connection,
                ssl=self._context if secure else None,
                ssl_handshake_timeout=self._timeout if secure else None,
            )
