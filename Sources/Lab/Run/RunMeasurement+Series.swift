import Emulator
import Workloads

extension RunMeasurement {
    private static let queuePoints = 600

    var series: RunSeries {
        RunSeries(flows: outcome.parts.flatMap(flows), queue: queue)
    }

    /// From the end that sends the data; its points are as that end's TCP was.
    func flows(of part: RunExecutor.Outcome.Part) -> [RunSeries.Flow] {
        let senders = part.servers.isEmpty ? part.clients : part.servers
        let flows = senders.flatMap { report in report.flows.filter { !$0.series.cwnd.isEmpty } }
        return flows.enumerated().map { number, flow in
            RunSeries.Flow(arm: part.arm, flow: number, points: Self.points(flow))
        }
    }

    private static func points(_ flow: LoadReport.Flow) -> [RunSeries.Point] {
        let series = flow.series
        var last = flow.start
        return series.time.indices.map { place in
            let time = series.time[place]
            defer { last = time }
            let bits = Double(series.acknowledged[place]) * 8
            return RunSeries.Point(
                time: time, goodput: time > last ? bits / (time - last) : 0,
                cwnd: Double(series.cwnd[place]), rtt: series.rtt[place])
        }
    }

    /// The link is up a moment before the traffic starts; times here are the traffic's.
    private var queue: [RunSeries.QueuePoint] {
        guard let report = outcome.link else { return [] }
        let begin = Double(report.markTime) / 1e9 - scenario.warmUp
        let samples = report.queueSamples
        let width = max(1, (samples.count + Self.queuePoints - 1) / Self.queuePoints)
        return stride(from: 0, to: samples.count, by: width).map { first in
            let merged = samples[first..<min(first + width, samples.count)]
            return RunSeries.QueuePoint(
                time: Double(merged.last?.time ?? 0) / 1e9 - begin,
                bytes: Double(merged.map(\.maximumBytes).max() ?? 0),
                delay: Double(merged.map(\.waitingTime).max() ?? 0) / 1e9,
                drops: Int(merged.reduce(0) { $0 + $1.drops }),
                marks: Int(merged.reduce(0) { $0 + $1.marks }))
        }.filter { $0.time >= 0 }
    }
}
