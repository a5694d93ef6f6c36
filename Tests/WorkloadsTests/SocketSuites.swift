import Testing

/// The suites that move bytes in real time: one after the other, so that none starves another.
@Suite(.serialized) enum SocketSuites {}
