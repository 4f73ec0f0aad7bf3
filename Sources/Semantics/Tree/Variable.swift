// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// What is known of the kernel type that a variable carries: the first source decides, a conflict drops it.
struct Carrying {
    private(set) var type: CarriedType?
    private var conflicts = false

    /// Takes note of one more source of the variable's value; values without a type do not count.
    mutating func absorb(_ source: CarriedType?, types: KernelTypes) {
        guard let source, !conflicts else { return }
        guard let known = type else {
            type = source
            return
        }
        if !types.areAlike(known, source) {
            conflicts = true
            type = nil
        }
    }
}

/// A variable while it is analysed: what local and global variables share.
class Variable {
    let name: String
    let token: Token
    /// The type of the value, inferred or declared.
    var type: ValueType = .unknown
    /// Where the type was first inferred.
    var typeToken: Token?
    var carrying = Carrying()
    /// The uses found by the last round of the elider.
    var reads = 0
    var writes = 0

    init(name: String, token: Token) {
        self.name = name
        self.token = token
    }

    /// Whether the user's own files declare or mention it first.
    var isUsers: Bool { token.location.file.role == .user }
}

/// A local or a parameter.
final class LocalVariable: Variable {
    let isParameter: Bool
    /// Made by the analysis, not named in the source.
    let isGenerated: Bool
    /// The value of a foreach: set whether or not anybody looks.
    var isLoopValue = false
    /// Whether what it holds reaches anything that has an effect, as the elider found.
    var isNeeded = false
    /// The position in the checked owner; set when the program is emitted.
    var index: Int?

    init(name: String, token: Token, isParameter: Bool = false, isGenerated: Bool = false) {
        self.isParameter = isParameter
        self.isGenerated = isGenerated
        super.init(name: name, token: token)
    }
}

/// A global with its declaration.
final class GlobalVariable: Variable {
    let declaration: GlobalDeclaration
    let scope: FileScope
    /// The types of the keys; nil until the first use decides the arity.
    var keyTypes: [ValueType]?
    /// Where each key's type was first inferred.
    var keyTokens: [Token?] = []
    /// Where the arity was first seen.
    var arityToken: Token?
    var initial: Literal?
    /// What is asked of it as statistics; nil when it is used as something else.
    var statistics: StatisticsParameters?
    var isDisplayed = false
    var checked: CheckedGlobal?

    init(declaration: GlobalDeclaration, scope: FileScope) {
        self.declaration = declaration
        self.scope = scope
        initial = declaration.initial
        super.init(name: declaration.name, token: declaration.token)
        switch declaration.initial {
        case .number: type = .long
        case .string: type = .string
        case nil: break
        }
        if initial != nil { typeToken = declaration.token }
        if declaration.size != nil || declaration.wraps {
            // The arity is still open, but it is an array whatever happens.
            arityToken = nil
        }
    }

    var isArray: Bool { keyTypes.map { !$0.isEmpty } ?? (declaration.size != nil) }
}
