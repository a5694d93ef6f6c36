import Testing

@testable import Lab

@Suite struct FlowSharesTests {
    /// Points every half second from `begin` on, with the goodput at their time.
    private func flow(
        _ number: Int, from begin: Double = 0, to end: Double, _ goodput: (Double) -> Double
    ) -> RunSeries.Flow {
        let times = stride(from: begin + 0.5, through: end, by: 0.5)
        return RunSeries.Flow(
            arm: "a", flow: number,
            points: times.map {
                RunSeries.Point(time: $0, goodput: goodput($0), cwnd: 10, rtt: 0.04)
            })
    }

    private func shares(_ flows: RunSeries.Flow...) -> FlowShares {
        FlowShares(RunSeries(flows: flows, queue: []))
    }

    @Test func convergesAfterTheLastFlow() throws {
        // The second flow comes at 10 s and gets its share at 16 s.
        let shares = shares(
            flow(0, to: 30) { $0 <= 10 ? 100 : $0 <= 16 ? 90 : 50 },
            flow(1, from: 10, to: 30) { $0 <= 16 ? 10 : 50 })
        #expect(shares.lastBegin == 10)
        #expect(shares.goodput[1][9] == nil && shares.goodput[1][10] == 10)
        #expect(shares.jainPerSecond[5] == nil)
        #expect(shares.convergence() == 6)
        let fair = try #require(shares.meanJainPerSecond())
        let unfair = 10_000 / (2 * (90.0 * 90 + 10 * 10))
        #expect((fair - (6 * unfair + 14) / 20).magnitude < 1e-12)
        #expect(shares.meanJainPerSecond(after: 16) == 1)
        #expect(shares.lifetimeJain(after: 16) == 1)
        #expect(shares.lifetimeJain()! < 0.91)
    }

    @Test func fairnessHasToLast() {
        // Fair for four seconds, unfair, fair again from 10 s on.
        let unfair = { (time: Double) in time <= 4 || time > 10 }
        let late = shares(
            flow(0, to: 20) { _ in 50 }, flow(1, to: 20) { unfair($0) ? 50 : 1 })
        #expect(late.convergence() == 10)
        #expect(late.convergence(hold: 4) == 0)
        let ends = shares(flow(0, to: 14) { _ in 50 }, flow(1, to: 14) { unfair($0) ? 50 : 1 })
        #expect(ends.convergence() == nil)
    }

    /// Taking turns is fair in the long run only.
    @Test func turns() {
        let turns = shares(
            flow(0, to: 10) { Int($0 - 0.1) % 2 == 0 ? 100 : 0 },
            flow(1, to: 10) { Int($0 - 0.1) % 2 == 0 ? 0 : 100 })
        #expect(turns.lifetimeJain() == 1)
        #expect(turns.meanJainPerSecond() == 0.5)
        #expect(turns.convergence() == nil)
    }

    @Test func oneFlowOrNone() {
        let alone = shares(flow(0, to: 10) { _ in 10 })
        #expect(alone.convergence() == nil && alone.lifetimeJain() == nil)
        #expect(alone.meanJainPerSecond() == nil)
        #expect(shares().convergence() == nil)
        #expect(shares(RunSeries.Flow(arm: "a", flow: 0, points: [])).jainPerSecond.isEmpty)
    }

    /// Points that don't keep to seconds are divided among them.
    @Test func pointsAcrossSeconds() {
        let points = [(1.5, 10.0), (2.5, 30.0)].map {
            RunSeries.Point(time: $0, goodput: $1, cwnd: 1, rtt: 1)
        }
        let shares = shares(RunSeries.Flow(arm: "a", flow: 0, points: points))
        #expect(shares.goodput == [[10, 20, 30]])
        #expect(shares.lastBegin == 0.5)
    }
}
