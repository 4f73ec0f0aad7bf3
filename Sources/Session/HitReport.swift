// SPDX-License-Identifier: GPL-3.0-or-later
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

    /// The report. `fired` tells how often a probe of the kernel was hit, its filter included; nil for others.
    func text(_ program: IRProgram, fired: (Int) -> UInt64?) -> String {
        var text = "----- probe hit report: \n"
        for (index, probe) in program.probes.enumerated() {
            let row = rows[index]
            let hits = (probe.event.isKernel ? fired(index) : nil) ?? row.runs
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
