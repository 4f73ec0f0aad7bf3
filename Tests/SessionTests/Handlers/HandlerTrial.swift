// SPDX-License-Identifier: GPL-3.0-or-later
import Kernel

/// A script of probes of `sys_enter` that is run in the Evaluator and in the kernel.
struct HandlerTrial {
    /// Whether both did the same.
    let isSame: Bool
    /// Whether the kernel ran a handler.
    let isInKernel: Bool

    /// Runs a script; nil when it is none, since locals that nothing is assigned to have no type.
    init?(_ script: String) throws {
        guard let program = try? HandlerRun.program(script, maxErrors: 5) else { return nil }
        let wanted = try HandlerRun.run(program, events: Self.events, inKernel: false)
        let found = try HandlerRun.run(program, events: Self.events, inKernel: true)
        isSame = found == wanted
        isInKernel = !found.inKernel.isEmpty
    }

    /// The smallest script that still differs, with what both did.
    static func report(_ script: String) -> String {
        let small = shrunk(script)
        return "\(small)\n\((try? difference(small)) ?? "")"
    }

    static let events: [[UInt64]] = [
        [0, 1], [0, 0], [0, 5], [0, 1], [0, UInt64(bitPattern: -3)], [0, 1 << 63], [0, 9], [0, 5], [0, 77], [0, 2],
    ]

    /// Nil when both do the same.
    static func difference(_ script: String, without: Set<Feature> = []) throws -> String? {
        let program = try HandlerRun.program(script, maxErrors: 5)
        let wanted = try HandlerRun.run(program, events: events, inKernel: false)
        let found = try HandlerRun.run(program, events: events, inKernel: true, without: without)
        if found == wanted { return nil }
        return "evaluator: \(wanted.output)\(wanted.messages)\nkernel: \(found.output)\(found.messages)"
    }

    /// The script without lines that the difference does not need.
    static func shrunk(_ script: String) -> String {
        var lines = script.split(separator: "\n").map(String.init)
        var changes = true
        while changes {
            changes = false
            for index in lines.indices.reversed() where index < lines.count {
                var fewer = lines
                let starts = ["if", "for", "while", "try"]
                if lines[index].hasSuffix("{"), starts.contains(where: { lines[index].hasPrefix($0) }) {
                    guard let end = end(of: index, lines) else { continue }
                    fewer.removeSubrange(index...end)
                } else if lines[index].hasSuffix("{") || lines[index].hasPrefix("}") || lines[index].contains("global")
                {
                    continue
                } else {
                    fewer.remove(at: index)
                }
                if let found = try? difference(fewer.joined(separator: "\n") + "\n"), !found.isEmpty {
                    lines = fewer
                    changes = true
                }
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func end(of start: Int, _ lines: [String]) -> Int? {
        var depth = 0
        for index in start..<lines.count {
            if lines[index].hasPrefix("}") { depth -= 1 }
            if lines[index].hasSuffix("{") { depth += 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}
