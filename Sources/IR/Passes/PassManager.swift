// SPDX-License-Identifier: GPL-3.0-or-later

/// One transformation of a unit that keeps its meaning.
struct UnitPass: Sendable {
    /// The name, for messages and tests.
    var name: String
    /// Changes the unit; returns whether it did.
    var run: @Sendable (inout IRUnit, PassContext) -> Bool
}

/// What passes may look at beside the unit.
struct PassContext {
    let tables: ProgramTables
    let traits: FunctionTraits
}

/// Runs passes in order until none changes anything.
struct PassManager {
    /// The passes that clean up after lowering and after planning; repeated until they are done.
    static let cleaning = [
        foldConstants, propagateCopies, simplifyFlow, removeDeadCode, removeDeadBranches,
    ]
    /// The passes among them that keep the numbers of blocks.
    static let trimming = [removeDeadCode, removeDeadBranches]
    /// The passes that come after those, while every register is still set before it is read.
    static let sharing = [shareValues, removeDeadCode]
    /// The passes that make the unit small at the end; no other may follow.
    static let finishing = [mergeActions, dropInitialZeros, compactRegisters]
    /// The most rounds; programs need two or three.
    private static let maximumRounds = 8

    private let context: PassContext

    init(tables: ProgramTables, traits: FunctionTraits) {
        context = PassContext(tables: tables, traits: traits)
    }

    /// Runs passes on a unit, again and again while they find something to do.
    func run(_ passes: [UnitPass], on unit: inout IRUnit) {
        // How often the unit changed, and at which of these versions each pass had nothing to do.
        var version = 0
        var idle = [Int](repeating: -1, count: passes.count)
        for _ in 0..<Self.maximumRounds {
            let before = version
            for (place, pass) in passes.enumerated() where idle[place] != version {
                if pass.run(&unit, context) {
                    version += 1
                } else {
                    idle[place] = version
                }
            }
            if version == before { return }
        }
    }
}
