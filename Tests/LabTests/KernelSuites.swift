import Testing

/// Suites that run benchmarks: one after the other, since each would disturb the other's link.
@Suite(.serialized) struct KernelSuites {}
