// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Testing

@testable import IR

/// What is tested before a handler in the kernel, and what that does not test again.
struct HandlerGuardTests {
    private func guarded(_ body: String) throws -> (guard: HandlerGuard, plan: CapturePlan, program: IRProgram) {
        let placed = Placement(try lowered("global n \(PlacementTests.probe) { \(body) }").program)
        let plan = try #require(placed.program.captures[0])
        let unit = try #require(placed.units[0])
        return (HandlerGuard(unit, plan: plan, program: placed.program), plan, placed.program)
    }

    private func operations(_ unit: IRUnit) -> [IR.Operation] {
        unit.blockOrder.flatMap { unit.blocks[$0].instructions.map(\.op) }.filter { $0 != .action }
    }

    @Test func whatTheFilterToldIsNotTestedAgain() throws {
        let (result, plan, program) = try guarded("if (pid() == 5 && tid() > 7) n++")
        #expect(result.plan.filter == plan.filter)
        #expect(!operations(result.unit).contains(.branch))
        #expect(result.unit.slotBlocks(program, plan: result.plan).isEmpty, "no slot is read behind the filter")
        #expect(operations(result.unit).contains(.fetchAdd))
    }

    @Test func theOtherArmStays() throws {
        let (result, _, _) = try guarded("if (pid() != 5) next; if (tid() > 7) n++; else n += 2")
        #expect(operations(result.unit).filter { $0 == .branch }.count == 1)
    }

    @Test func readsAreLeftToTheHandler() throws {
        let (result, plan, program) = try guarded("if (pid() == 5 && $o->kind == 3) n++")
        #expect(plan.filter != nil)
        let filter = try #require(result.plan.filter)
        var open = [filter]
        while let node = open.popLast() {
            switch result.plan.nodes[node] {
            case .load: Issue.record("the filter reads memory")
            case .binary(_, let left, let right): open += [left, right]
            case .select(let condition, let first, let second): open += [condition, first, second]
            case .unary(_, let operand), .extend(let operand, _): open.append(operand)
            default: break
            }
        }
        #expect(operations(result.unit).filter { $0 == .branch }.count == 1, "the test of what is read stays")
        #expect(result.unit.slotBlocks(program, plan: result.plan).count == 1)
    }

    @Test func aHandlerThatOnlyReadsHasNoFilter() throws {
        let (result, plan, _) = try guarded("if ($o->kind == 3) n++")
        #expect(plan.filter != nil)
        #expect(result.plan.filter == nil)
        #expect(operations(result.unit).contains(.branch))
    }

    @Test func slotsAreFilledWhereTheyAreNeeded() throws {
        let (result, _, program) = try guarded(
            "n++; if (pid() == 5) n += $o->kind; else if (pid() == 6) n += $o->kind + tid()")
        let blocks = result.unit.slotBlocks(program, plan: result.plan)
        func block(_ fact: Builtin) throws -> Int? {
            let slot = try #require(
                result.plan.slots.firstIndex { slot in
                    if case .integer(let node) = slot { result.plan.nodes[node] == .context(fact) } else { false }
                })
            return blocks[slot]
        }
        #expect(try block(.pid) == 0, "it is needed at once")
        let late = try block(.tid)
        #expect(late != nil && late != 0, "it is needed in one arm only")
    }
}
