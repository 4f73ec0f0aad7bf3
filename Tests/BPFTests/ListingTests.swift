// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Testing

@testable import BPF

struct ListingTests {
    @Test func aChain() throws {
        var plan = CapturePlan()
        plan.nodes = [
            .argument(0), .constant(24), .binary(.add, 0, 1), .load(address: 2, MemoryAccess(shape: .long)),
            .constant(16), .binary(.add, 3, 4),
            .load(address: 5, MemoryAccess(shape: IntegerShape(size: 2, isSigned: true))),
            .context(.pid), .constant(77), .binary(.notEqual, 7, 8),
        ]
        plan.slots = [.integer(node: 6), .string(.command), .integer(node: 7)]
        plan.filter = 9
        let programs = try compile(
            plan: plan, probeIndex: .constant(2), context: .rawTracepoint(argumentCount: 2),
            options: CaptureOptions(name: "chain", counters: CounterLayout(probes: 4), entryMap: 0))
        print(listing(programs.main))
    }
}
