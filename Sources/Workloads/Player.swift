/// A video player of a client: its buffer, and what of it is measured.
struct Player {
    private var buffer: PlaybackBuffer
    private let begin: UInt64
    private var startUp: UInt64?
    /// What it had stood still when the window began: ns.
    private var stalledBefore = 0
    private var segments = 0

    init(_ video: Workload.Video, at now: UInt64) {
        buffer = PlaybackBuffer(video, at: now)
        begin = now
    }

    mutating func advance(to now: UInt64) {
        buffer.advance(to: now)
    }

    mutating func beginWindow(at now: UInt64) {
        buffer.advance(to: now)
        stalledBefore = buffer.stalled
    }

    mutating func add(at now: UInt64, isMeasured: Bool) {
        buffer.add(at: now)
        if startUp == nil { startUp = now - begin }
        if isMeasured { segments += 1 }
    }

    /// When the next segment has room: ns from now, 0 at once.
    var timeUntilRoom: Int { buffer.timeUntilRoom }

    static func report(_ players: [Player]) -> LoadReport.Video {
        LoadReport.Video(
            players: players.count, segments: players.map(\.segments).reduce(0, +),
            rebuffering: Double(
                players.map { $0.buffer.stalled - $0.stalledBefore }.reduce(0, +)) / 1e9,
            startUp: Double(players.compactMap(\.startUp).reduce(0, +)) / 1e9,
            neverStarted: players.count { $0.startUp == nil })
    }
}
