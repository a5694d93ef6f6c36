// BPFTests
