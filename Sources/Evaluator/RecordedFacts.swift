// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics

/// What the record of an event holds for code that the capture planner did not see.
extension Evaluator {
    /// A fact that is an integer; nil when the record does not hold it.
    func recordedInteger(_ fact: CaptureFact) -> Int64? {
        guard let record, let slot = slotFacts[fact], !isFaulted(record, slot) else { return nil }
        return record.load(fromByteOffset: Int(slotOffsets[slot]), as: Int64.self)
    }

    /// What a built-in function of the context answers.
    func recordedFact(_ builtin: Builtin) -> BuiltinResult {
        guard let record, let fact = builtin.fact, let slot = slotFacts[fact] else {
            return .failed(.message("\(builtin.signature.name)() was not captured"))
        }
        if isFaulted(record, slot) { return .failed(slotFault(record, slot)) }
        if builtin.signature.result == .string { return .string(slotString(record, slot)) }
        return .integer(record.load(fromByteOffset: Int(slotOffsets[slot]), as: Int64.self))
    }

    /// The event's argument from 0, or its return value where `index` is nil, for functions that are called.
    @inline(never)
    func recordedRegister(_ index: Int?) -> Int64? {
        recordedInteger(index.map { .argument($0) } ?? .returnValue)
    }
}
