// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The state of one analysis, shared by its stages.
final class Analyzer {
    let options: AnalysisOptions
    let catalog: any ProbeCatalog
    let types: KernelTypes
    let symbols: SymbolTable
    lazy var points = PointResolver(analyzer: self)

    private(set) var errors: [Diagnostic] = []
    private(set) var warnings: [Diagnostic] = []
    private var warned: Set<String> = []
    private var reported: Set<String> = []
    /// The declarations that depend on `systemtap_v`, by their tokens; empty unless that is to be told.
    private var versionDependent: Set<ObjectIdentifier> = []

    /// The probes of the program, user's first.
    var probes: [ProbeInstance] = []
    /// The functions that have been built, in order of their first call.
    var functions: [FunctionInstance] = []
    /// Autocasts whose base had no type when they were built.
    var pendingNodes: [Node] = []
    /// Where the script reads counters.
    var counterUses: [CounterUse] = []
    /// The files that procfs probes answer, and from which side.
    var answeredFiles: Set<String> = []
    /// Shared by all matches of the program.
    let matchObserver = MatchObserver()
    /// Library files that have been pulled in and whose probes are not derived yet.
    private var pulledIn: [FileScope] = []

    init(user: [ParsedFile], library: [ParsedFile], catalog: any ProbeCatalog, options: AnalysisOptions) {
        self.options = options
        self.catalog = catalog
        types = KernelTypes(catalog: catalog)
        symbols = SymbolTable(user: user, library: library)
        if options.checksVersion {
            for file in user + library { versionDependent.formUnion(file.versionDependent.map(ObjectIdentifier.init)) }
        }
    }

    /// Whether the declaration of `token` would read otherwise under another `systemtap_v`, and that is to be told.
    func dependsOnVersion(_ token: Token) -> Bool { versionDependent.contains(ObjectIdentifier(token)) }

    /// Runs all stages; a stage with errors is the last.
    func run() -> AnalysisResult {
        declareGlobals()
        buildProbes()
        buildUncalledFunctions()
        resolveCounters()
        resolvePending()
        checkForeach()
        if errors.isEmpty || options.keepsGoing {
            let hadErrors = !errors.isEmpty
            let told = warnings
            if !options.unoptimized { Elider(self).run() }
            // Of a script with errors, nobody can tell what is used.
            if hadErrors { warnings = told }
            reportFailedTargets()
        }
        if errors.isEmpty, probes.isEmpty { report(Diagnostic(.semanticError, "no probes found")) }
        if errors.isEmpty || options.keepsGoing {
            markDisplayed()
            Inferrer(self).run()
        }
        guard errors.isEmpty else { return AnalysisResult(program: nil, diagnostics: errors, warnings: warnings) }
        let program = Emitter(self).emit()
        program.warnings = warnings
        return AnalysisResult(program: program, diagnostics: [], warnings: warnings)
    }

    /// User's globals that are written and never read are shown at the end.
    private func markDisplayed() {
        _ = Usage(self)
        for global in symbols.globals where global.isUsers && options.displaysGlobals {
            global.isDisplayed = global.writes > 0 && global.reads == 0
        }
    }

    /// Takes note of an error, once for each text and place: a statement with many points is checked for each.
    func report(_ diagnostic: Diagnostic) {
        if let place = diagnostic.tokens.first?.location, diagnostic.chain.isEmpty {
            guard reported.insert(key(diagnostic.message, place)).inserted else { return }
        }
        errors.append(diagnostic)
    }

    private func key(_ message: String, _ place: SourceLocation) -> String {
        "\(place.file.name):\(place.line):\(place.column):\(message)"
    }

    /// Warns once for each text and place.
    func warn(_ message: String, _ token: Token, file: String = #fileID, line: Int = #line) {
        guard warned.insert(key(message, token.location)).inserted else { return }
        warnings.append(Diagnostic(.warning, message, tokens: [token], site: "\(file):\(line)"))
    }

    /// Warns if the code is the user's own.
    func warnUser(_ message: String, _ token: Token, file: String = #fileID, line: Int = #line) {
        if token.location.file.role == .user { warn(message, token, file: file, line: line) }
    }

    /// Makes a file's probes part of the program.
    func pullIn(_ scope: FileScope) {
        guard !scope.isUser, !scope.isPulledIn else { return }
        scope.isPulledIn = true
        pulledIn.append(scope)
    }

    private func declareGlobals() {
        for duplicate in symbols.duplicates {
            report(
                Diagnostic(
                    .semanticError, "conflicting global variables", tokens: [duplicate.second.token],
                    chain: [Diagnostic(.semanticError, "duplicate global", tokens: [duplicate.first.token])]))
        }
        for scope in symbols.userScopes {
            if let token = scope.file.embedded.first { report(Refusal.embeddedCode.diagnostic(token)) }
        }
        applyInitialValues()
        applyKnownTypes()
    }

    private func applyKnownTypes() {
        for known in options.knownGlobals {
            guard let global = symbols.global(named: known.name, from: symbols.userScopes.first), global.isUsers else {
                continue
            }
            global.keyTypes = known.keyTypes
            global.keyTokens = known.keyTypes.map { _ in global.token }
            global.arityToken = global.token
            global.type = known.valueType
            global.typeToken = global.token
            if known.valueType == .statistics { global.statistics = StatisticsParameters() }
        }
    }

    private func applyInitialValues() {
        for (name, value) in options.initialValues {
            guard let global = symbols.global(named: name, from: symbols.userScopes.first) else {
                let similar = similarNames(to: name, among: symbols.globalNames)
                report(Diagnostic(.semanticError, "no global variable '\(name)' for -G\(similarSuffix(similar))"))
                continue
            }
            pullIn(global.scope)
            if case .string = global.declaration.initial {
                global.initial = .string(value)
            } else if let number = parseNumber(value) {
                global.initial = .number(number)
                global.type = .long
            } else if case .number = global.declaration.initial {
                report(
                    Diagnostic(
                        .semanticError, "-G \(name)=\(value): expected a number", tokens: [global.token]))
            } else {
                global.initial = .string(value)
                global.type = .string
            }
            global.typeToken = global.token
        }
    }

    private func buildProbes() {
        for scope in symbols.userScopes { derive(scope) }
        // Building may pull in further files, whose probes may pull in more.
        while !pulledIn.isEmpty {
            let scope = pulledIn.removeFirst()
            if let token = scope.file.embedded.first { report(Refusal.embeddedCode.diagnostic(token)) }
            derive(scope)
        }
    }

    private func derive(_ scope: FileScope) {
        for declaration in scope.file.probes {
            if dependsOnVersion(declaration.token) { warn(Self.versionDependentProbe, declaration.token) }
            do {
                for var derived in try points.derive(declaration, scope: scope) {
                    derived.declaration = declaration.token
                    build(derived)
                }
            } catch {
                report(error)
            }
        }
    }

    static let versionDependentProbe = "This probe uses tapset constructs that are dependent on systemtap version"

    /// Builds the merged handler of a probe and makes it part of the program.
    func build(_ derived: DerivedProbe) {
        checkFile(derived)
        let written = derived.userBody.assignedNames
        let context = ProbeContext(event: derived.event, written: written)
        let probe = ProbeInstance(derived: derived, context: context)
        var statements: [StatementNode] = []
        for part in derived.parts {
            let builder = Builder(self, body: probe, scope: part.scope)
            statements.append(builder.build(part.block))
        }
        if derived.exitsAtEnd {
            let call = Node(derived.token, .builtin(.exit, []))
            statements.append(StatementNode(derived.token, .expression(call)))
        }
        probe.statement = StatementNode(derived.token, .block(statements))
        probe.condition = ConditionBuilder(self).build(derived.conditions, probe: probe)
        probes.append(probe)
    }

    /// Functions that nobody calls are checked for their names, and then forgotten.
    private func buildUncalledFunctions() {
        for scope in symbols.userScopes {
            for entry in symbols.functions(of: scope) where entry.shared == nil && entry.perProbe.isEmpty {
                if !symbols.dependsOnProbe(entry) { _ = instance(of: entry, probe: nil) }
            }
        }
    }

    /// Gives autocasts another chance now that all bodies are built.
    func resolvePending() {
        var progress = true
        while progress {
            progress = false
            for node in pendingNodes {
                guard case .pending(let target) = node.kind, let carried = carriedType(of: target.base) else {
                    continue
                }
                node.become(target.resolve(carried))
                progress = true
            }
            propagateCarried()
        }
        for node in pendingNodes {
            guard case .pending = node.kind else { continue }
            let message = "unresolved target-symbol expression"
            node.kind = .failed(Diagnostic(.semanticError, message, tokens: [node.token]))
        }
        pendingNodes = []
    }

    /// The type that a base has by now: of a variable, that of its latest sources.
    func carriedType(of node: Node) -> CarriedType? {
        switch node.kind {
        case .local(let variable): variable.carrying.type
        case .global(let variable), .element(let variable, _): variable.carrying.type
        case .call(let function, _): function.resultCarrying.type
        default: node.carried
        }
    }

    /// Hands types that were found late on to the variables that were assigned them.
    private func propagateCarried() {
        guard !pendingNodes.isEmpty else { return }
        for body in probes as [Body] + functions {
            body.statement.forEachNode { node in
                guard case .assignment(nil, let left, let right) = node.kind else { return }
                Builder.absorb(carriedType(of: right), into: left, types: types)
            }
        }
    }

    private func reportFailedTargets() {
        var seen: Set<ObjectIdentifier> = []
        let mark = { (body: Body) in
            body.statement.forEachNode { [self] node in
                guard case .failed(let diagnostic?) = node.kind, seen.insert(ObjectIdentifier(node)).inserted else {
                    return
                }
                if options.skipBadVariables {
                    warn("Bad $context variable being substituted with literal 0", node.token)
                    node.kind = .integer(0)
                } else {
                    report(diagnostic)
                }
            }
        }
        for probe in probes { mark(probe) }
        for function in liveFunctions() { mark(function) }
    }

    /// The functions that the probes can reach now, in order of their first call.
    func liveFunctions() -> [FunctionInstance] {
        var order: [FunctionInstance] = []
        var seen: Set<ObjectIdentifier> = []
        func reach(_ function: FunctionInstance) {
            guard seen.insert(ObjectIdentifier(function)).inserted else { return }
            order.append(function)
            visit(function.statement)
            if let next = function.nextOverload { reach(next) }
        }
        func visit(_ statement: StatementNode) {
            statement.forEachNode { node in
                if case .call(let function, _) = node.kind { reach(function) }
            }
        }
        for probe in probes { visit(probe.statement) }
        return order
    }
}

/// The number that a text is as a whole, in the notations of the language with a sign.
func parseNumber(_ text: ByteString) -> Int64? {
    var digits = text.description
    let isNegative = digits.hasPrefix("-")
    if isNegative { digits.removeFirst() }
    guard let first = digits.utf8.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else { return nil }
    let value: UInt64?
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
        value = UInt64(digits.dropFirst(2), radix: 16)
    } else if digits.count > 1, digits.hasPrefix("0") {
        value = UInt64(digits.dropFirst(), radix: 8)
    } else {
        value = UInt64(digits)
    }
    guard let value else { return nil }
    let number = Int64(bitPattern: value)
    return isNegative ? 0 &- number : number
}
