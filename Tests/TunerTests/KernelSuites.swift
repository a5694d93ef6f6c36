import Testing

/// Suites that change the kernel's state: one after the other, since controllers' names and the
/// count of what is loaded are the host's.
@Suite(.serialized) struct KernelSuites {}
