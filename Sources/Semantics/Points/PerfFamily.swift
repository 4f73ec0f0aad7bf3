// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `perf.type(T).config(C)[.sample(n)|.hz(n)][.process("p")][.counter("c")]`: the counters of the processor and of the kernel.
struct PerfFamily: ProbeFamily {
    /// How much a counter goes on between two firings where the script does not say.
    private static let defaultPeriod: Int64 = 1_000_000

    let shapes: [String] = {
        let base = "perf.type(number).config(number)"
        return ["", ".sample(number)", ".hz(number)"].flatMap { rate in
            ["", ".process", ".process(string)", ".counter(string)", ".process(string).counter(string)"].map {
                base + rate + $0
            }
        }
    }()

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        let type = try number("type", match, upTo: Int64(UInt32.max))
        let config = match.number("config") ?? 0
        let rate: PerfEvent.Rate
        if match.has("hz") {
            rate = .frequency(UInt64(try number("hz", match, from: 1, upTo: 1_000_000)))
        } else if match.has("sample") {
            rate = .period(UInt64(try number("sample", match, from: 1, upTo: .max)))
        } else {
            rate = .period(UInt64(Self.defaultPeriod))
        }
        var event = PerfEvent(.counter(type: UInt32(type), config: UInt64(bitPattern: config)), rate: rate)
        var point = match.text()
        if match.has("process") {
            let (scope, path) = try ProcessFinder(match: match, context: context).ownScope()
            event.scope = scope
            if let path { point = match.text(replacing: "process", with: path) }
        }
        guard let name = match.string("counter") else { return [ResolvedPoint(point: point, event: .perf(event))] }
        event.counterName = name
        return [ResolvedPoint(point: point, event: .counter(event))]
    }

    private func number(
        _ name: String, _ match: PointMatch, from low: Int64 = 0, upTo high: Int64
    ) throws(Diagnostic) -> Int64 {
        let value = match.number(name) ?? 0
        guard value >= low, value <= high else {
            let reason = low > 0 && value < low ? "must be at least \(low)" : "is out of range"
            throw Diagnostic(
                .semanticError, "the number of '\(name)' \(reason)",
                tokens: match.component(name).map { [$0.token] } ?? [])
        }
        return value
    }
}

/// `timer.profile[.tick]` and `timer.profile.freq.hz(N)`: each CPU's clock.
struct ProfileFamily: ProbeFamily {
    let shapes = ["timer.profile", "timer.profile.tick", "timer.profile.freq.hz(number)"]

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        var frequency = max(context.ticksPerSecond, 1)
        if let component = match.component("hz") {
            frequency = match.number("hz") ?? 0
            guard (1...10_000).contains(frequency) else {
                throw Diagnostic(
                    .semanticError, "interval value out of range (1, 10000)", tokens: [component.token])
            }
        }
        let event = PerfEvent(.profile, rate: .period(UInt64(1_000_000_000 / frequency)))
        return [ResolvedPoint(point: match.text(), event: .perf(event))]
    }
}

/// `kernel.data(ADDRESS or "symbol").write` and `.rw`, with `.length(n)`: accesses to memory of the kernel.
struct DataFamily: ProbeFamily {
    let shapes = ["number", "string"].flatMap { argument in
        [".write", ".rw", ".length(number).write", ".length(number).rw"].map { "kernel.data(\(argument))\($0)" }
    }

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        guard let component = match.component("data") else { return [] }
        var address = match.number("data").map { UInt64(bitPattern: $0) }
        if let symbol = match.string("data") { address = context.catalog.address(ofSymbol: symbol) }
        guard let address, address != 0 else {
            throw Diagnostic(
                .semanticError, "the kernel's symbol table does not tell an address of this name",
                tokens: [component.token])
        }
        // An access to any part of a variable that is aligned touches its first byte or is found by its length.
        let length = match.number("length") ?? 1
        guard [1, 2, 4, 8].contains(length) else {
            throw Diagnostic(
                .semanticError, "a length of \(length) bytes cannot be watched: it must be 1, 2, 4 or 8",
                tokens: match.component("length").map { [$0.token] } ?? [])
        }
        guard address % UInt64(length) == 0 else {
            throw Diagnostic(
                .semanticError, "\(length) bytes cannot be watched at an address that is not a multiple of \(length)",
                tokens: [component.token])
        }
        let source = PerfEvent.Source.data(address: address, length: Int(length), onlyWrites: match.has("write"))
        return [ResolvedPoint(point: match.text(), event: .perf(PerfEvent(source, rate: .period(1))))]
    }
}
