// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics

/// What the planner says of the reads that it could not capture, and what a record must hold for those that run later.
extension CapturePlanner {
    func message(_ instruction: Instruction, _ reason: UnknownReason) -> String {
        switch (instruction.op, reason) {
        case (.builtin, .function("register_argument")):
            return "register_argument() in the handler of a kernel event needs a constant from 1"
        case (.readMemory, _), (.canReadMemory, _):
            return "cannot read memory here: inside @entry the address must be known when the function is entered"
        default:
            return "@entry can only use what is known when the function is entered: its arguments, memory, "
                + "and facts of the event"
        }
    }

    /// What is read when the handler runs, each place once.
    func lateReads() -> [LateRead] {
        var reads: [LateRead] = []
        for instruction in unit.blocks.flatMap(\.instructions) {
            guard let text = lateText(instruction) else { continue }
            let read = LateRead(site: instruction.site, reason: text)
            if !reads.contains(read) { reads.append(read) }
        }
        return reads
    }

    private func lateText(_ instruction: Instruction) -> String? {
        if tables.readsMemory(instruction) {
            let memory = "\(tables.readsProcess(instruction) ? "user" : "kernel") memory: "
            switch late[instruction] {
            case .bytes?: return memory + "the kernel reads numbers and strings only"
            case let reason: return memory + "the address depends on \(reason?.description ?? "another late read")"
            }
        }
        switch instruction.op {
        case .print, .format:
            guard tables.printsMemory(instruction) else { return nil }
            return "memory that is printed: its size is not a small constant"
        case .call:
            let function = Int(instruction.a)
            guard traits.readsMemory[function] else { return nil }
            return "memory: '\(tables.program.functions[function].name)' is recursive or too large to be expanded"
        default: return nil
        }
    }

    /// What code that was not planned asks of the event.
    func facts() -> [CaptureFact] {
        var facts: Set<CaptureFact> = []
        for instruction in unit.blocks.flatMap(\.instructions) {
            if tables.readsProcess(instruction) { facts.insert(.context(.pid)) }
            if instruction.op == .call { facts.formUnion(traits.facts[Int(instruction.a)]) }
            guard instruction.op == .builtin else { continue }
            if let fact = tables.builtin(instruction).fact { facts.insert(fact) }
            if case .integer(let register)? = tables.program.operandLists[Int(instruction.b)].last,
                let number = byteNumbers[register]
            {
                facts.insert(.bytes(number))
            }
        }
        return facts.sorted { "\($0)" < "\($1)" }
    }

    /// The slot that holds a fact.
    mutating func slot(of fact: CaptureFact) -> CaptureSlot {
        switch fact {
        case .context(.execname): .string(.command)
        case .context(let builtin): .integer(node: graph.add(.context(builtin)))
        case .argument(let index): .integer(node: graph.add(.argument(index)))
        case .bytes(let number): byteSlots[number]
        case .returnValue: .integer(node: graph.add(.returnValue))
        case .stack(let isUser): .stack(isUser: isUser, depth: tables.program.limits.maxBacktrace + Self.ownFrames)
        case .registers(let isUser): .registers(isUser: isUser)
        }
    }

    /// The innermost addresses of a stack that are those of the tracing itself.
    private static let ownFrames = 4
}
