// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import IR
import Semantics

/// The globals of a live session: their numbers, which all programs agree on, and their values.
struct SharedGlobals {
    /// The most globals that a session can have.
    static let capacity = 1024
    private(set) var registry = GlobalRegistry()
    let storage: GlobalStorage

    init(limits: Limits) { storage = GlobalStorage(capacity: Self.capacity, limits: limits) }

    /// The name under which a global is known: a tapset's never means a user's.
    static func name(of global: CheckedGlobal) -> String {
        let file = global.token.location.file
        return file.role == .user ? global.name : "\(file.name):\(global.name)"
    }

    /// The globals of the user that hold values or that running probes use, with their types.
    func known(_ isUsed: (Int) -> Bool) -> [(name: String, keyTypes: [ValueType], valueType: ValueType)] {
        registry.names.compactMap { name in
            guard !name.contains(":"), let position = registry.position(of: name),
                isUsed(position) || !storage.isEmpty(position)
            else { return nil }
            let global = registry.globals[position]
            return (name, global.keyTypes, global.valueType)
        }
    }

    /// Gives a program the numbers of the session, and room to globals that are new. Throws when one cannot be what it was.
    mutating func adopt(
        _ program: IRProgram, names: [String], isUsed: (Int) -> Bool
    ) throws(SessionError) -> IRProgram {
        var positions: [Int] = []
        for (name, global) in zip(names, program.globals) {
            var global = global
            // So that a histogram can be asked for at any time.
            if global.statistics != nil, global.statistics?.histogram == nil {
                global.statistics?.histogram = .logarithmic
            }
            if let conflict = registry.conflict(global, as: name), let position = registry.position(of: name) {
                guard !isUsed(position), storage.isEmpty(position) else {
                    throw SessionError(Self.refusal(conflict, global, now: registry.globals[position]))
                }
                registry.forget(name)
            }
            if let position = registry.position(of: name) {
                positions.append(position)
                continue
            }
            guard storage.add(global) else {
                throw SessionError("there are more than \(Self.capacity) globals in this session: start swtap anew")
            }
            positions.append(registry.add(global, as: name))
        }
        var program = program
        program.renumberGlobals(positions, among: registry.globals)
        return program
    }

    /// Forgets a global that no piece declares any more, with its value.
    mutating func forget(_ name: String) {
        if let position = registry.position(of: name) { storage.reset(position) }
        registry.forget(name)
    }

    private static func refusal(_ conflict: GlobalConflict, _ global: IRGlobal, now known: IRGlobal) -> String {
        let way = "; stop the probes that use it and 'delete \(global.name)' first"
        switch conflict {
        case .type: return "'\(global.name)' holds values of other types already\(way)"
        case .size:
            let was = "\(known.capacity)\(known.wraps ? "%" : "")"
            let now = "\(global.capacity)\(global.wraps ? "%" : "")"
            return "'\(global.name)' is in use with room for \(was) elements and cannot have \(now)\(way)"
        case .statistics:
            return "'\(global.name)' keeps \(words(known)) of its values, not \(words(global))\(way)"
        }
    }

    private static func words(_ global: IRGlobal) -> String {
        var text: String
        switch global.statistics?.histogram {
        case .linear(let low, let high, let step)?: text = "@hist_linear(…, \(low), \(high), \(step))"
        case .logarithmic?, nil: text = "@hist_log"
        }
        if let shift = global.statistics?.shift {
            text += shift == 0 ? " and @variance" : " and @variance(…, \(shift))"
        }
        return text
    }
}
