// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `kernel.trace("…")`: tracepoints.
struct TracepointFamily: ProbeFamily {
    let shapes = ["kernel.trace(string)"]

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        guard let pattern = match.string("trace") else { return [] }
        let found = context.catalog.tracepoints(matching: pattern)
        if found.isEmpty {
            let plain = pattern.split(separator: ":").last.map(String.init) ?? pattern
            let names =
                Glob(pattern).hasWildcard || !context.suggests
                ? [] : context.catalog.tracepoints(matching: "*").map(\.name)
            let similar = similarNames(to: plain, among: names)
            throw Diagnostic(
                .semanticError, "no match\(similarSuffix(similar, word: "similar tracepoints"))", site: "tracepoint")
        }
        return found.map { tracepoint in
            let name = tracepoint.system.map { "\($0):\(tracepoint.name)" } ?? tracepoint.name
            return ResolvedPoint(
                point: match.text(replacing: "trace", with: name), event: .tracepoint(tracepoint),
                functionName: tracepoint.name)
        }
    }
}

/// `kernel.tracepoint("…")` and `module("m").tracepoint("…")`: the same by position, `$arg1` and so on.
struct RawTracepointFamily: ProbeFamily {
    let shapes = ["kernel.tracepoint(string)", "module(string).tracepoint(string)"]

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        guard let pattern = match.string("tracepoint") else { return [] }
        var found = context.catalog.tracepoints(matching: pattern)
        if let module = match.string("module") {
            let wanted = Glob(String(module.map { $0 == "-" ? "_" : $0 }))
            found = found.filter { $0.module.map { wanted.matches($0) } ?? false }
        } else {
            found = found.filter { $0.module == nil }
        }
        if found.isEmpty { throw Diagnostic(.semanticError, "no match", site: "tracepoint") }
        return found.map { tracepoint in
            var raw = tracepoint
            for index in raw.parameters.indices { raw.parameters[index].name = "arg\(index + 1)" }
            var point = match
            if let module = tracepoint.module { point = point.replacing("module", with: module) }
            return ResolvedPoint(
                point: point.text(replacing: "tracepoint", with: tracepoint.name), event: .tracepoint(raw),
                functionName: tracepoint.name)
        }
    }
}
