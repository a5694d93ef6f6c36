import Testing

/// Suites that register controllers: their names are the host's, so one after the other.
@Suite(.serialized) struct KernelSuites {}
