// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// A use of `@perf("c")`, until all counters are known: its argument becomes the counter's number.
struct CounterUse {
    let name: String
    let token: Token
    let number: Node
}

extension Builder {
    /// `@perf("c")`: what the counter stands at, in the probes of processes.
    func buildCounter(_ name: ByteString, _ token: Token) -> Node {
        guard userEvent != nil else {
            let problem = "@perf is only valid in process probes"
            return Node(token, .failed(Diagnostic(.semanticError, problem, tokens: [token])))
        }
        let number = Node(token, .integer(0))
        analyzer.counterUses.append(CounterUse(name: name.description, token: token, number: number))
        return Node(token, .builtin(.perfCounter, [number]))
    }
}

extension Analyzer {
    /// The counters in the order of their probes, which numbers them.
    private var counters: [(name: String, token: Token)] {
        probes.compactMap { probe in
            guard case .counter(let event) = probe.derived.event, let name = event.counterName else { return nil }
            return (name, probe.derived.token)
        }
    }

    /// Looks the counters up that scripts read, when all probes are there.
    func resolveCounters() {
        let counters = counters
        for (index, counter) in counters.enumerated() {
            guard counters[..<index].contains(where: { $0.name == counter.name }) else { continue }
            report(
                Diagnostic(
                    .semanticError, "perf counter '\(counter.name)' is defined twice", tokens: [counter.token]))
        }
        for use in counterUses {
            if let index = counters.firstIndex(where: { $0.name == use.name }) {
                use.number.kind = .integer(Int64(index))
            } else {
                let suffix = similarSuffix(similarNames(to: use.name, among: counters.map(\.name)))
                report(
                    Diagnostic(.semanticError, "perf counter '\(use.name)' not defined\(suffix)", tokens: [use.token]))
            }
        }
    }
}
