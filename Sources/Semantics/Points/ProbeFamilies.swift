// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// All families of probe points; a new one only has to be added here.
let allProbeFamilies: [any ProbeFamily] = [
    SessionFamily(), TimerFamily(), ProfileFamily(), FunctionFamily(), KprobeFamily(), AddressFamily(),
    TracepointFamily(), RawTracepointFamily(), PerfFamily(), DataFamily(), LsmFamily(), NetfilterFamily(),
    ProcfsFamily(), ProcessFamily(), UserFunctionFamily(),
]

/// `begin end error never init oneshot`: the life of the session.
struct SessionFamily: ProbeFamily {
    let shapes = [
        "begin", "begin(number)", "end", "end(number)", "error", "error(number)", "never", "init", "oneshot",
    ]

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        let name = match.components[0].name
        let order = match.number(name) ?? 0
        switch name {
        case "begin": return [ResolvedPoint(point: match.text(), event: .begin(order))]
        case "end": return [ResolvedPoint(point: match.text(), event: .end(order))]
        case "error": return [ResolvedPoint(point: match.text(), event: .error(order))]
        case "init": return [ResolvedPoint(point: "begin(\(Int64.min))", event: .begin(.min), scriptPoint: name)]
        case "oneshot": return [ResolvedPoint(point: "begin", event: .begin(0), scriptPoint: name, exitsAtEnd: true)]
        default: return [ResolvedPoint(point: match.text(), event: .never)]
        }
    }
}
