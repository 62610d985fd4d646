"""A network connection between browser and AWS that can be cut at any moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

CHUNK = 16 * 1024


class Line:
    """An HTTP proxy on loopback that supports only tunnels (CONNECT, RFC 9110, 9.3.6)."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._is_cut = False

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """Run the proxy until the context ends."""
        line = cls()
        threading.Thread(target=line._serve, daemon=True).start()
        try:
            yield line
        finally:
            line._listener.close()
            line.cut()

    @property
    def address(self) -> str:
        host, port = self._listener.getsockname()
        return f"http://{host}:{port}"

    def cut(self) -> None:
        """Close all connections, and accept no new ones."""
        self._is_cut = True
        for end in [*self._open]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def restore(self) -> None:
        """Accept connections again."""
        self._is_cut = False

    def _serve(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                browser, _ = self._listener.accept()
                threading.Thread(target=self._tunnel, args=(browser,), daemon=True).start()

    def _tunnel(self, browser: socket.socket) -> None:
        with browser, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                part = browser.recv(CHUNK)
                if not part:
                    return
                head += part
            host, _, port = head.split()[1].decode().rpartition(":")
            if self._is_cut:
                return
            with socket.create_connection((host, int(port))) as server:
                self._open |= {browser, server}
                browser.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(server, browser), daemon=True)
                back.start()
                _pump(browser, server)
                back.join()
                self._open -= {browser, server}


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
