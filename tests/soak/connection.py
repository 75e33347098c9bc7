"""HTTP/1.1 over TLS that distinguishes lost requests from those that may be sent again."""

import socket
import ssl

PATIENCE = 30  # seconds


class Lost(Exception):
    """No answer, or only a part of it."""


class Reply:
    """An answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.closes = headers.get("connection", "").lower() == "close"


class Connection:
    """A TLS connection; if it fails, a request is lost."""

    def __init__(self, port, context):
        try:
            plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
        except OSError as error:
            raise Lost(f"connecting: {error}") from error
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.tls = context.wrap_socket(plain, server_hostname="localhost")
        except OSError as error:
            plain.close()
            raise Lost(f"TLS handshake: {error}") from error
        self.used = 0

    def close(self):
        """Closes without a TLS alert; the server must cope with that."""
        self.tls.close()

    def is_closed(self):
        """Returns true if the server closed the connection while it was idle."""
        self.tls.setblocking(False)
        try:
            if self.tls.recv(1) == b"":
                return True
            raise Lost("bytes came that nobody had asked for")
        except ssl.SSLWantReadError:
            return False
        except OSError:
            return True
        finally:
            self.tls.settimeout(PATIENCE)

    def ask(self, request, body, close, chunks):
        """Sends a request and reads the answer. CHUNKS: chunked transfer coding."""
        place = f"{'kept' if self.used else 'fresh'} connection"
        self.used += 1
        try:
            self._send(request, body, close, chunks)
        except OSError as error:
            if request.announced is None:  # else the answer may come before all was sent
                raise Lost(f"sending on a {place}: {error}") from error
        try:
            return self._read()
        except OSError as error:
            raise Lost(f"reading on a {place}: {error}") from error
        except Lost as error:
            raise Lost(f"reading on a {place}: {error}") from error

    def _send(self, request, body, close, chunks):
        head = [f"{request.method} {request.path} HTTP/1.1", "Host: localhost", "User-Agent: soak", "Accept: */*"]
        if request.method in ("POST", "PUT"):
            head.append(f"Content-Type: {request.content_type}")
            chunks = chunks and request.announced is None
            head.append("Transfer-Encoding: chunked" if chunks else
                        f"Content-Length: {request.announced or len(body)}")
            if chunks:
                parts = [body[at:at + 8000] for at in range(0, len(body), 8000)] + [b""]
                body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        if close:
            head.append("Connection: close")
        data = "\r\n".join(head).encode() + b"\r\n\r\n"
        if len(body) > 16000:  # head and body apart, as a client with large bodies does
            self.tls.sendall(data)
            self.tls.sendall(body)
        else:
            self.tls.sendall(data + body)

    def _more(self):
        data = self.tls.recv(65536)
        if data == b"":
            raise Lost("closed before the whole answer came")
        return data

    def _read(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            key, _, value = line.partition(":")
            headers[key.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "-1"))
        if not lines[0].startswith("HTTP/1.1 ") or length < 0:
            raise Lost(f"no HTTP answer with a length: {lines[0]!r}")
        parts, got = [body], len(body)
        while got < length:
            parts.append(self._more())
            got += len(parts[-1])
        return Reply(int(lines[0].split(" ")[1]), headers, b"".join(parts))
