import Testing

/// The suites that share this machine's two or so cores with the link.
@Suite(.serialized) struct KernelSuites {}
