// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The declared names of all files; tables only, nothing is built here.
final class SymbolTable {
    let userScopes: [FileScope]
    let libraryScopes: [FileScope]
    private(set) var aliases: [AliasEntry] = []
    /// Public globals of the same name in two user files.
    private(set) var duplicates: [(first: GlobalVariable, second: GlobalVariable)] = []
    /// All globals in order of declaration, user's first.
    private(set) var globals: [GlobalVariable] = []
    private var userGlobals: [String: GlobalVariable] = [:]
    private var libraryGlobals: [String: GlobalVariable] = [:]
    private var publicFunctions: [String: [FunctionEntry]] = [:]
    private var functionsOfScope: [ObjectIdentifier: [FunctionEntry]] = [:]
    private static let builtins = Dictionary(grouping: Builtin.allCases) { $0.signature.name }

    init(user: [ParsedFile], library: [ParsedFile]) {
        userScopes = user.map { FileScope(file: $0, isUser: true) }
        libraryScopes = library.map { FileScope(file: $0, isUser: false) }
        var order = 0
        for scope in userScopes + libraryScopes {
            declare(scope, order: &order)
        }
    }

    private func declare(_ scope: FileScope, order: inout Int) {
        for declaration in scope.file.globals {
            let global = GlobalVariable(declaration: declaration, scope: scope)
            globals.append(global)
            if declaration.isPrivate {
                scope.privateGlobals[declaration.name] = global
            } else if scope.isUser {
                if let first = userGlobals[declaration.name] {
                    duplicates.append((first, global))
                } else {
                    userGlobals[declaration.name] = global
                }
            } else if libraryGlobals[declaration.name] == nil {
                libraryGlobals[declaration.name] = global
            }
        }
        for declaration in scope.file.functions {
            let entry = FunctionEntry(declaration: declaration, scope: scope, order: order)
            order += 1
            functionsOfScope[ObjectIdentifier(scope), default: []].append(entry)
            if declaration.isPrivate {
                scope.privateFunctions[declaration.name, default: []].append(entry)
            } else {
                publicFunctions[declaration.name, default: []].append(entry)
            }
        }
        for declaration in scope.file.aliases {
            aliases.append(AliasEntry(declaration: declaration, scope: scope))
        }
    }

    /// The global that a name means in a file: its own, then the user's, then a tapset's. A function of the shipped
    /// tapsets never means a user's global: nobody can know the names of its locals.
    func global(named name: String, from scope: FileScope?, inFunction: Bool = false) -> GlobalVariable? {
        if let own = scope?.privateGlobals[name] { return own }
        if let global = libraryGlobals[name], global.scope === scope { return global }
        if let global = userGlobals[name], !inFunction || scope?.isShipped != true { return global }
        return libraryGlobals[name]
    }

    /// The names of public globals that a file could mean.
    var globalNames: [String] { Array(userGlobals.keys) + Array(libraryGlobals.keys) }

    func functions(of scope: FileScope) -> [FunctionEntry] { functionsOfScope[ObjectIdentifier(scope)] ?? [] }

    /// The overloads of one name and arity as a file sees them, in the order in which they run.
    func overloads(named name: String, arity: Int, from scope: FileScope) -> [FunctionEntry] {
        let fits = { (entry: FunctionEntry) in entry.declaration.parameters.count == arity }
        let own = (scope.privateFunctions[name] ?? []).filter(fits)
        let entries = own.isEmpty ? (publicFunctions[name] ?? []).filter(fits) : own
        return entries.count < 2 ? entries : entries.sorted { ($0.priority, $0.order) < ($1.priority, $1.order) }
    }

    func builtin(named name: String, arity: Int) -> Builtin? {
        Self.builtins[name]?.first { $0.signature.parameters.count == arity }
    }

    /// The numbers of arguments that functions of this name take.
    func arities(of name: String, from scope: FileScope) -> [Int] {
        let entries = (scope.privateFunctions[name] ?? []) + (publicFunctions[name] ?? [])
        let arities =
            entries.map { $0.declaration.parameters.count }
            + (Self.builtins[name] ?? []).map { $0.signature.parameters.count }
        return Set(arities).sorted()
    }

    /// The name token of a script's function.
    func declaration(of name: String, arity: Int, from scope: FileScope) -> Token? {
        let entries = (scope.privateFunctions[name] ?? []) + (publicFunctions[name] ?? [])
        return entries.first { $0.declaration.parameters.count == arity }?.declaration.token
    }

    func functionNames(from scope: FileScope) -> [String] {
        Array(scope.privateFunctions.keys) + Array(publicFunctions.keys) + Array(Self.builtins.keys)
    }

    /// Whether a function, or one that it calls, uses the context of the probe.
    func dependsOnProbe(_ entry: FunctionEntry) -> Bool {
        if let known = entry.dependsOnProbe { return known }
        var seen: Set<ObjectIdentifier> = []
        var stack = [entry]
        var answer = false
        while let current = stack.popLast() {
            guard seen.insert(ObjectIdentifier(current)).inserted else { continue }
            if current.facts.usesContext || current.dependsOnProbe == true {
                answer = true
                break
            }
            if current.dependsOnProbe == false { continue }
            for call in current.facts.calls {
                stack += overloads(named: call.name, arity: call.arity, from: current.scope)
            }
            if current.facts.hasNext {
                stack += overloads(
                    named: current.declaration.name, arity: current.declaration.parameters.count, from: current.scope)
            }
        }
        entry.dependsOnProbe = answer
        return answer
    }
}

/// A probe alias with the file that defines it.
final class AliasEntry {
    let declaration: AliasDeclaration
    let scope: FileScope

    init(declaration: AliasDeclaration, scope: FileScope) {
        self.declaration = declaration
        self.scope = scope
    }
}
