import Glibc

/// Sends `bytes` from one end to the other with a thread at each, and returns when the receiver has
/// them all, with the time it took.
@discardableResult
package func transfer(
    _ bytes: Int, from sender: TCPConnection, to receiver: TCPConnection
) throws -> Duration {
    let begin = ContinuousClock.now
    let sending = try Thread {
        let block = [UInt8](repeating: 0x5a, count: min(1 << 18, max(bytes, 1)))
        var left = bytes
        while left > 0 {
            let count = min(left, block.count)
            try sender.send(count == block.count ? block : Array(block[..<count]))
            left -= count
        }
    }
    var received = 0
    while received < bytes {
        let count = try receiver.receive(min(1 << 18, bytes - received)).count
        guard count > 0 else {
            throw TestSupportError("the stream ended after \(received) of \(bytes) bytes")
        }
        received += count
    }
    let duration = ContinuousClock.now - begin
    try sending.join()
    return duration
}

/// A thread of its own, which may wait as long as it likes.
package final class Thread: Sendable {
    private final class Work {
        let body: @Sendable () throws -> Void
        var failure: (any Error)?

        init(_ body: @escaping @Sendable () throws -> Void) {
            self.body = body
        }
    }

    nonisolated(unsafe) private let work: Work
    private let thread: pthread_t

    package init(_ body: @escaping @Sendable () throws -> Void) throws {
        let work = Work(body)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
                do { try work.body() } catch { work.failure = error }
                return nil
            }, Unmanaged.passRetained(work).toOpaque())
        guard result == 0 else { throw TestSupportError("pthread_create: \(result)") }
        self.work = work
        self.thread = thread
    }

    /// Sends it a signal; not once it is joined.
    package func signal(_ signal: CInt) {
        pthread_kill(thread, signal)
    }

    /// Waits for its end, once, and throws what its body threw.
    package func join() throws {
        pthread_join(thread, nil)
        if let failure = work.failure { throw failure }
    }
}
