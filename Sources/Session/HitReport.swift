// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import IR

/// How often each probe was hit and what its handler cost: the report of `-t`.
struct HitReport {
    private struct Row {
        var runs: UInt64 = 0
        var least = UInt64.max
        var most: UInt64 = 0
        var mean = 0.0
        /// The sum of squared distances from the mean.
        var spread = 0.0
    }

    private var rows: [Row]
    private let startCycles = swtap_cycles()
    private let startTime = Self.now()

    /// A report of nothing on so many probes.
    init(probes: Int) { rows = Array(repeating: Row(), count: probes) }

    /// Takes note of one run of a probe's handler.
    mutating func add(_ probe: Int, cycles: UInt64) {
        rows[probe].runs += 1
        rows[probe].least = min(rows[probe].least, cycles)
        rows[probe].most = max(rows[probe].most, cycles)
        let distance = Double(cycles) - rows[probe].mean
        rows[probe].mean += distance / Double(rows[probe].runs)
        rows[probe].spread += distance * (Double(cycles) - rows[probe].mean)
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// The report. `fired` tells how often a probe of the kernel was hit, its filter included; nil for others. `runTime` tells
    /// what the kernel has measured of a handler that runs there: the mean only.
    func text(
        _ program: IRProgram, fired: (Int) -> UInt64?, runTime: (Int) -> (nanoseconds: UInt64, runs: UInt64)?
    ) -> String {
        let cyclesPerNanosecond = Double(swtap_cycles() &- startCycles) / max(1, Self.now() - startTime)
        var text = "----- probe hit report: \n"
        for (index, probe) in program.probes.enumerated() {
            var row = rows[index]
            if row.runs == 0, let measured = runTime(index) {
                row.runs = 1
                row.least = 0
                row.mean = Double(measured.nanoseconds) / Double(measured.runs) * cyclesPerNanosecond
            }
            let hits = (probe.event.isKernel ? fired(index) : nil) ?? rows[index].runs
            guard hits > 0 else { continue }
            let place = probe.token.location
            let from =
                probe.derivation.isEmpty
                ? probe.scriptPoint : probe.derivation.map(\.point).joined(separator: " from: ")
            let variance = row.runs > 1 ? whole(row.spread / Double(row.runs - 1)) : 0
            text += "\(probe.point), (\(place.file.name):\(place.line):\(place.column)), hits: \(hits), "
            text += "cycles: \(row.runs > 0 ? row.least : 0)min/\(whole(row.mean))avg/\(row.most)max, "
            text += "variance: \(variance), from: \(from), index: \(index)\n"
        }
        return text
    }

    private func whole(_ value: Double) -> UInt64 {
        value >= 0 && value < 1.8e19 ? UInt64(value) : 0
    }
}
