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

    /// What the kernel knows of a probe.
    struct KernelSide {
        /// How often it was hit, its filter included.
        var fired: UInt64
        /// How often the kernel did not run its program.
        var missed: UInt64
        /// What the kernel has measured of its programs.
        var runTime: (nanoseconds: UInt64, runs: UInt64)?
        /// Whether the handler is among them.
        var runsHandler: Bool
    }

    /// The report. `kernel` is asked about probes of the kernel.
    func text(_ program: IRProgram, kernel: (Int) -> KernelSide?) -> String {
        let cyclesPerNanosecond = Double(swtap_cycles() &- startCycles) / max(1, Self.now() - startTime)
        var text = "----- probe hit report: \n"
        for (index, probe) in program.probes.enumerated() {
            var row = rows[index]
            let kernel = probe.event.isKernel ? kernel(index) : nil
            let time = kernel?.runTime.map { Double($0.nanoseconds) / Double($0.runs) }
            if row.runs == 0, kernel?.runsHandler == true, let time {
                row.runs = 1
                row.least = 0
                row.mean = time * cyclesPerNanosecond
            }
            let hits = kernel?.fired ?? rows[index].runs
            guard hits > 0 else { continue }
            let place = probe.token.location
            let from =
                probe.derivation.isEmpty
                ? probe.scriptPoint : probe.derivation.map(\.point).joined(separator: " from: ")
            let variance = row.runs > 1 ? whole(row.spread / Double(row.runs - 1)) : 0
            text += "\(probe.point), (\(place.file.name):\(place.line):\(place.column)), hits: \(hits), "
            text += "cycles: \(row.runs > 0 ? row.least : 0)min/\(whole(row.mean))avg/\(row.most)max, "
            text += "variance: \(variance), from: \(from), index: \(index)"
            if let time { text += ", in the kernel: \(whole(time)) ns" }
            if let missed = kernel?.missed, missed > 0 { text += ", missed: \(missed)" }
            text += "\n"
        }
        return text
    }

    private func whole(_ value: Double) -> UInt64 {
        value >= 0 && value < 1.8e19 ? UInt64(value) : 0
    }
}
