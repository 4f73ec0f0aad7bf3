// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import BPF

struct CounterTests {
    @Test func shardsArePowersOfTwo() {
        #expect(
            [0, 1, 2, 3, 5, 64, 65, 4096].map { CounterLayout(probes: 1, cpus: $0).shards } == [
                1, 1, 2, 4, 8, 64, 64, 64,
            ])
        #expect(CounterLayout(probes: 0).size == 64)
        #expect(CounterLayout(probes: 3, cpus: 4).size == 3 * 4 * 64)
    }

    @Test func noTwoCountersShareAWord() {
        let layout = CounterLayout(probes: 5, cpus: 4)
        var seen = Set<Int>()
        for shard in 0..<4 {
            for probe in 0..<5 {
                for counter in ProbeCounter.allCases {
                    let offset = layout.offset(of: counter, probe: probe, shard: shard)
                    #expect(offset + 8 <= layout.size && seen.insert(offset).inserted)
                }
            }
        }
    }

    @Test func shardsAddUp() {
        let layout = CounterLayout(probes: 2, cpus: 4)
        var words = [UInt64](repeating: 0, count: layout.size / 8)
        for shard in 0..<4 { words[layout.offset(of: .sent, probe: 1, shard: shard) / 8] = UInt64(shard + 1) }
        words.withUnsafeBytes { bytes in
            #expect(layout.value(of: .sent, probe: 1, in: bytes.baseAddress!) == 10)
            #expect(layout.value(of: .sent, probe: 0, in: bytes.baseAddress!) == 0)
            #expect(layout.value(of: .sent, probe: 2, in: bytes.baseAddress!) == 0)
            #expect(layout.value(of: .filtered, probe: 1, in: bytes.baseAddress!) == 0)
        }
    }

    @Test func everyLossIsAnOutcome() {
        for cause in LossCause.allCases { #expect(cause.counter.isOutcome) }
        #expect(ProbeCounter.allCases.filter(\.isOutcome).count == LossCause.allCases.count + 3)
    }
}
