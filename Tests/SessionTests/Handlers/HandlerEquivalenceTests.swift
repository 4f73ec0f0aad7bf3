// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Kernel
import Testing

@testable import Session

/// Handlers that are made at random do the same in the kernel and in the Evaluator.
@Suite(.enabled(if: HandlerRun.isPossible, "no eBPF here"), .serialized)
struct HandlerEquivalenceTests {
    static let events: [[UInt64]] = [
        [0, 1], [0, 0], [0, 5], [0, 1], [0, UInt64(bitPattern: -3)], [0, 1 << 63], [0, 9], [0, 5], [0, 77], [0, 2],
    ]

    /// Nil when both do the same.
    private func difference(_ script: String, without: Set<Feature> = []) throws -> String? {
        let program = try HandlerRun.program(script, maxErrors: 5)
        let wanted = try HandlerRun.run(program, events: Self.events, inKernel: false)
        let found = try HandlerRun.run(program, events: Self.events, inKernel: true, without: without)
        if found == wanted { return nil }
        return "evaluator: \(wanted.output)\(wanted.messages)\nkernel: \(found.output)\(found.messages)"
    }

    /// The script without lines that the difference does not need.
    private func shrunk(_ script: String) -> String {
        var lines = script.split(separator: "\n").map(String.init)
        var changes = true
        while changes {
            changes = false
            for index in lines.indices.reversed() where index < lines.count {
                var fewer = lines
                let starts = ["if", "for", "while", "try"]
                if lines[index].hasSuffix("{"), starts.contains(where: { lines[index].hasPrefix($0) }) {
                    guard let end = Self.end(of: index, lines) else { continue }
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

    @Test(arguments: 0..<8) func randomHandlers(_ part: Int) throws {
        var (inKernel, all) = (0, 0)
        let count = 60
        var problem = ""
        for seed in part * count..<(part + 1) * count {
            var generator = HandlerGenerator(seed: UInt64(seed))
            let script = generator.script()
            let program: IRProgram
            do {
                program = try HandlerRun.program(script, maxErrors: 5)
            } catch {
                // Locals that nothing is assigned to have no type.
                problem = "\(error)"
                continue
            }
            let wanted = try HandlerRun.run(program, events: Self.events, inKernel: false)
            let found = try HandlerRun.run(program, events: Self.events, inKernel: true)
            all += 1
            if !found.inKernel.isEmpty { inKernel += 1 }
            guard found != wanted else { continue }
            let small = shrunk(script)
            Issue.record("seed \(seed):\n\(small)\n\(try difference(small) ?? "")")
            return
        }
        // A generator that only makes what the kernel does not take would test nothing.
        #expect(all > count / 3, "\(problem)")
        #expect(inKernel > all / 2)
    }
}
