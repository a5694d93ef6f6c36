import Testing

@testable import Emulator
@testable import LinkModel

@Suite struct QueueRecorderTests {
    @Test func keepsSumsAndMaximaInBoundedMemory() {
        var recorder = QueueRecorder(step: 1_000)
        var time: Int64 = 0
        var samples = 0
        while samples < 30_000 {
            time += 500
            guard time >= recorder.nextTime else { continue }
            recorder.add(
                QueueSample(
                    maximumBytes: samples == 17_001 ? 9_000 : 100,
                    waitingTime: samples == 333 ? 77 : 5, drops: 1, marks: 2), at: time)
            samples += 1
        }
        let points = recorder.points
        #expect(points.count <= 4_096 && points.count >= 2_048)
        #expect(points.reduce(0) { $0 + $1.drops } == 30_000)
        #expect(points.reduce(0) { $0 + $1.marks } == 60_000)
        #expect(points.map(\.maximumBytes).max() == 9_000)
        #expect(points.map(\.waitingTime).max() == 77)
        #expect(points.last?.time == time)
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.time < $1.time })
    }
}
