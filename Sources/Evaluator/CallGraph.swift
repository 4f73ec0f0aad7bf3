// SPDX-License-Identifier: GPL-3.0-or-later
import IR

/// Who calls whom; computes how deep calls may nest when no limit is set.
struct CallGraph {
    private let callees: [[Int]]
    private let roots: [[Int]]

    init(_ program: IRProgram) {
        callees = program.functions.map { unit in
            Self.calls(unit) + (unit.nextOverload.map { [$0] } ?? [])
        }
        roots = program.handlers.map(Self.calls)
    }

    private static func calls(_ unit: IRUnit) -> [Int] {
        var found: Set<Int> = []
        for block in unit.blocks {
            for code in block.instructions where code.op == .call { found.insert(Int(code.a)) }
        }
        return found.sorted()
    }

    /// The longest chain of calls, as the lowering computes it; 10 more when some function is recursive.
    var nesting: Int {
        var depths = [Int?](repeating: nil, count: callees.count)
        var isOpen = [Bool](repeating: false, count: callees.count)
        var isRecursive = false
        func depth(_ function: Int) -> Int {
            if isOpen[function] {
                isRecursive = true
                return 0
            }
            if let known = depths[function] { return known }
            isOpen[function] = true
            let below = callees[function].map { depth($0) }.max() ?? 0
            isOpen[function] = false
            depths[function] = below + 1
            return below + 1
        }
        let longest = roots.joined().map { depth($0) }.max() ?? 0
        return longest + (isRecursive ? 10 : 0)
    }
}
