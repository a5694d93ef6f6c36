import CShim

/// A connection at one time; counts are since its begin.
struct Sample {
    var time: UInt64
    var count: ByteCount
    /// Where this end sends the data.
    var tcp: cshim_tcp_sample?

    init(_ connection: Connection, _ count: ByteCount, at now: UInt64) {
        time = now
        self.count = count
        guard connection.sendsData else { return }
        var sample = cshim_tcp_sample()
        if cshim_tcp_sample(connection.socket.raw.rawValue, &sample) == 0 { tcp = sample }
    }
}

extension LoadReport.Series {
    /// - Parameter origin: from which times count, CLOCK_MONOTONIC in ns.
    init(_ samples: [Sample], origin: UInt64) {
        let isSender = samples.contains { $0.tcp != nil }
        var previous = ByteCount()
        var retransmits: UInt32 = 0
        for sample in samples {
            time.append(seconds(sample.time, after: origin))
            received.append(Int(sample.count.received - previous.received))
            if isSender {
                let tcp = sample.tcp ?? cshim_tcp_sample()
                acknowledged.append(Int(sample.count.sent - previous.sent))
                cwnd.append(Int(tcp.cwnd))
                rtt.append(Double(tcp.rtt_us) / 1e6)
                minRTT.append(tcp.min_rtt_us == .max ? 0 : Double(tcp.min_rtt_us) / 1e6)
                deliveryRate.append(Double(tcp.delivery_rate) * 8)
                self.retransmits.append(Int(tcp.total_retrans &- retransmits))
                lost.append(Int(tcp.lost))
                retransmits = tcp.total_retrans
            }
            previous = sample.count
        }
    }
}

/// From one time of CLOCK_MONOTONIC in ns to another; negative before it.
func seconds(_ time: UInt64, after origin: UInt64) -> Double {
    Double(Int64(bitPattern: time &- origin)) / 1e9
}
