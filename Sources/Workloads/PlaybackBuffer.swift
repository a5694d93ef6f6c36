/// What a video player has ready, and when it stalls: plays as soon as it holds a segment, stops when
/// it has nothing left.
struct PlaybackBuffer {
    /// Playing time of a segment: ns.
    let segment: Int
    /// Playing time that it keeps ready: ns.
    let capacity: Int
    /// Playing time that is ready: ns.
    private(set) var level = 0
    private(set) var hasStarted = false
    /// How long it stood still after the first segment was there: ns.
    private(set) var stalled = 0
    private var now: UInt64

    init(_ video: Workload.Video, at now: UInt64) {
        segment = video.segment
        capacity = video.buffer
        self.now = now
    }

    /// Plays on until a time.
    mutating func advance(to time: UInt64) {
        let passed = Int(time - now)
        now = time
        guard hasStarted else { return }
        stalled += max(0, passed - level)
        level = max(0, level - passed)
    }

    /// Takes a segment that has come.
    mutating func add(at time: UInt64) {
        advance(to: time)
        hasStarted = true
        level += segment
    }

    /// When the next segment has room: ns from now, 0 at once.
    var timeUntilRoom: Int { max(0, level + segment - capacity) }
}
