// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// A file with the names that only it sees.
final class FileScope {
    let file: ParsedFile
    let isUser: Bool
    var privateGlobals: [String: GlobalVariable] = [:]
    var privateFunctions: [String: [FunctionEntry]] = [:]
    /// Whether its probes are part of the program.
    var isPulledIn = false

    /// Whether the file is part of the product.
    var isShipped: Bool { file.source.role == .shipped }

    init(file: ParsedFile, isUser: Bool) {
        self.file = file
        self.isUser = isUser
    }
}

/// A declared function with what is known of it before it is built.
final class FunctionEntry {
    let declaration: FunctionDeclaration
    let scope: FileScope
    /// The order of appearance, user files first.
    let order: Int
    /// One instance for all probes, or one per probe.
    var shared: FunctionInstance?
    var perProbe: [ObjectIdentifier: FunctionInstance] = [:]
    lazy var facts = FunctionFacts(declaration)
    var dependsOnProbe: Bool?

    init(declaration: FunctionDeclaration, scope: FileScope, order: Int) {
        self.declaration = declaration
        self.scope = scope
        self.order = order
    }

    var priority: Int64 { declaration.priority ?? (scope.isUser ? 0 : 1) }
}

/// What a function's text says at a glance.
struct FunctionFacts {
    /// Mentions `$variables`, `@entry` or other things of the probe itself.
    var usesContext = false
    /// Calls, by name and arity.
    var calls: [(name: String, arity: Int)] = []
    /// Contains `next`, so that another overload may run.
    var hasNext = false

    init(_ declaration: FunctionDeclaration) {
        guard case .block(let block) = declaration.body else { return }
        let statement = Statement(token: block.token, kind: .block(block))
        statement.forEachStatementDeeply { inner in
            if case .next = inner.kind { hasNext = true }
        }
        statement.forEachExpressionDeeply { expression in
            switch expression.kind {
            case .call(let name, let arguments): calls.append((name, arguments.count))
            case .entry, .probeWrite: usesContext = true
            case .target(let target): if case .symbol = target.base { usesContext = true }
            default: break
            }
        }
    }
}
