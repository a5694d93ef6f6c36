"""A container runtime's pods over CRI v1: gRPC by hand (RFC 9113, one call at a time), no packages."""
import socket, struct


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number, value):
    """A protobuf field: a number, text, a message, or a map with one entry per pair."""
    if isinstance(value, dict):
        return b"".join(field(number, field(1, k) + field(2, v)) for k, v in value.items())
    if isinstance(value, int): return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


class Runtime:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.stream, self.buffer = -1, b""
        # No pushes, and windows that never close.
        settings = struct.pack(">HIHI", 2, 0, 4, 0x7fffffff)
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self._frame(4, 0, 0, settings)
                            + self._frame(8, 0, 0, struct.pack(">I", 0x7fffffff - 65535)))

    @staticmethod
    def _frame(kind, flags, stream, payload=b""):
        return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload

    def _take(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(65536)
            if not more: raise OSError("the container runtime hung up")
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def call(self, method, message=b""):
        """The answer; the headers aren't read, and a call that fails has no answer."""
        self.stream += 2
        fields = {":method": "POST", ":scheme": "http", ":path": "/runtime.v1.RuntimeService/" + method,
                  ":authority": "localhost", "content-type": "application/grpc", "te": "trailers"}
        block = b"".join(b"\0" + bytes([len(k)]) + k.encode() + bytes([len(v)]) + v.encode()
                         for k, v in fields.items())
        body = b"\0" + struct.pack(">I", len(message)) + message
        self.socket.sendall(self._frame(1, 4, self.stream, block)
                            + self._frame(0, 1, self.stream, body))
        answer = b""
        while True:
            head = self._take(9)
            kind, flags, stream = struct.unpack(">BBI", head[3:])
            payload = self._take(int.from_bytes(head[:3], "big"))
            if kind == 4 and not flags & 1: self.socket.sendall(self._frame(4, 1, 0))
            if kind == 6 and not flags & 1: self.socket.sendall(self._frame(6, 1, 0, payload))
            if stream != self.stream: continue
            if kind == 0: answer += payload
            if kind == 3 or kind in (0, 1) and flags & 1: break
        if len(answer) < 5: raise OSError(f"{method} failed; the container runtime's log says why")
        return answer[5:]

    def run(self, name, uid, labels={}, namespace="bench"):
        """Starts a pod's sandbox on the node's network, without containers, and returns its id."""
        metadata = field(1, name) + field(2, uid) + field(3, namespace)
        linux = field(1, f"/kubepods/burstable/pod{uid}") + field(2, field(1, field(1, 2)))
        config = field(1, metadata) + field(6, labels) + field(8, linux)
        return self.call("RunPodSandbox", field(1, config))[2:].decode()

    def remove(self, sandbox):
        self.call("StopPodSandbox", field(1, sandbox))
        self.call("RemovePodSandbox", field(1, sandbox))
