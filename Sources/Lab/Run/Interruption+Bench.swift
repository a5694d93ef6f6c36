import Host

extension Interruption {
    /// Throws if one has come.
    func check() throws(BenchError) {
        try sleep(seconds: 0)
    }

    /// Sleeps; throws when one comes, or has come before.
    func sleep(seconds: Double) throws(BenchError) {
        if comes(within: seconds) { throw BenchError(.interrupted, "interrupted") }
    }
}
