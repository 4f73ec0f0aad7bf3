// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `timer.UNIT(n)[.randomize(m)]` and `timer.hz(n)`.
struct TimerFamily: ProbeFamily {
    /// A unit with the nanoseconds that one of it lasts.
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("s", 1_000_000_000), ("sec", 1_000_000_000), ("ms", 1_000_000), ("msec", 1_000_000), ("us", 1000),
        ("usec", 1000), ("ns", 1), ("nsec", 1),
    ]
    private static let shortest: Int64 = 100_000
    private static let longest: Int64 = 24 * 3600 * 1_000_000_000

    let shapes =
        (["jiffies"] + units.map(\.name)).flatMap {
            ["timer.\($0)(number)", "timer.\($0)(number).randomize(number)"]
        } + ["timer.hz(number)"]

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        let component = match.components[1]
        let count = match.number(component.name) ?? 0
        let event: TimerEvent
        switch component.name {
        case "hz":
            try check(count, 1, 1_000_000_000 / Self.shortest, component)
            event = TimerEvent(interval: UInt64(1_000_000_000 / count))
        case "jiffies":
            try check(count, 1, 1_000_000, component)
            let tick = 1_000_000_000 / max(context.ticksPerSecond, 1)
            event = try timer(count, unit: tick, match, isJiffies: true)
        default:
            let unit = Self.units.first { $0.name == component.name }?.nanoseconds ?? 1
            try check(count, max(Self.shortest / unit, 1), Self.longest / unit, component)
            event = try timer(count, unit: unit, match)
        }
        return [ResolvedPoint(point: match.text(), event: .timer(event))]
    }

    private func timer(
        _ count: Int64, unit: Int64, _ match: PointMatch, isJiffies: Bool = false
    ) throws(Diagnostic) -> TimerEvent {
        let spread = match.number("randomize") ?? 0
        guard (0...count).contains(spread) else {
            throw Diagnostic(
                .semanticError, "randomization value out of range", tokens: tokens(match.component("randomize")))
        }
        return TimerEvent(interval: UInt64(count &* unit), randomize: UInt64(spread &* unit), isJiffies: isJiffies)
    }

    private func check(_ count: Int64, _ low: Int64, _ high: Int64, _ component: ProbeComponent) throws(Diagnostic) {
        if count < low || count > high {
            throw Diagnostic(
                .semanticError, "interval value out of range (\(low), \(high))", tokens: [component.token])
        }
    }

    private func tokens(_ component: ProbeComponent?) -> [Token] { component.map { [$0.token] } ?? [] }
}
