// SPDX-License-Identifier: GPL-3.0-or-later
import Evaluator
import Glibc
import IR
import Kernel
import Semantics
import Syntax

/// A session that grows while it runs: pieces of a script are added, replaced, stopped and started, and statements are run at
/// once, all over the same globals. Nothing is thrown: what is wrong is said, and leaves everything running.
package final class LiveSession {
    let options: SessionOptions
    let compiler: Compiler
    let terminal: LiveOutput
    let target: Int64
    private(set) var pieces: [Piece] = []
    private(set) var shared: SharedGlobals
    private let loop: EventLoop
    private let namespaces: Namespaces
    private var nextNumber = 1
    /// Runs whose files others may still read.
    private var retired: [PieceRun] = []
    /// Set when a statement has called `exit()`.
    package private(set) var wantsToQuit = false

    /// Creates an empty session on a loop; fails with a message for the user.
    package init(_ options: SessionOptions, loop: EventLoop, terminal: LiveOutput) throws {
        var options = options
        options.hidesGlobals = false
        options.warningsAreErrors = false
        options.globals = []
        options.script = nil
        options.scriptArguments = []
        options.additionalScripts = []
        self.options = options
        self.loop = loop
        self.terminal = terminal
        compiler = Compiler(options)
        target = Int64(options.targetPid ?? 0)
        namespaces = try Namespaces(ofProcess: options.namespacePid.map { Int32(clamping: $0) })
        let limits = try Settings.limits(options.defines, suppressTimeLimits: options.suppressesTimeLimits)
        shared = SharedGlobals(limits: limits)
    }

    /// Why probes of the kernel and of processes cannot be attached here; nil when they can.
    package static var restriction: String? {
        do {
            try Preflight.check()
            return nil
        } catch {
            return "\(error)"
        }
    }

    // MARK: - Looking

    /// All pieces in the order of their numbers.
    package var list: [PieceSummary] {
        pieces.sorted { $0.number < $1.number }.map { piece in
            let counts = piece.run?.counts ?? piece.counts
            return PieceSummary(
                number: piece.number, state: piece.state.rawValue, hasProbes: piece.hasProbes, hits: counts.hits,
                losses: counts.losses, title: piece.title)
        }
    }

    /// Whether probes run.
    package var isRunning: Bool { pieces.contains { $0.run != nil } }

    /// The names of the globals that pieces declare, sorted.
    package var globalNames: [String] { Set(pieces.flatMap(\.globals)).sorted() }

    /// The names of the functions that pieces define, sorted.
    package var functionNames: [String] {
        Set(pieces.flatMap(\.functions).compactMap { $0.split(separator: "/").first.map(String.init) }).sorted()
    }

    // MARK: - Pieces

    /// Adds declarations that belong together and starts their probes; those of the same names are replaced, and the probes that
    /// call them start anew. All or none: false when one is wrong, which has been said.
    @discardableResult
    package func define(_ texts: [String]) -> Bool {
        attempt {
            let added = try texts.map { try read(SourceFile(name: "<input>", text: $0)) }
            let replaced = try pieces.filter { piece in try added.contains { try replaces(piece, by: $0) } }
            let kept = pieces.filter { piece in !replaced.contains { $0 === piece } }
            show { diagnostic in diagnostic.kind != .warning }
            _ = try compile(kept + added, own: SourceFile(name: "<input>", text: ""))
            adopt(added, insteadOf: replaced, kept)
        }
    }

    /// Stops the probes of a piece in order.
    @discardableResult
    package func stop(_ number: Int) -> Bool {
        attempt {
            let piece = try self.piece(number, forProbes: true)
            guard piece.run != nil else { throw SessionError("[\(number)] does not run") }
            end(piece, .stopped)
        }
    }

    /// Stops all probes.
    package func stopAll() { for piece in pieces where piece.run != nil { end(piece, .stopped) } }

    /// Starts the probes of a piece that does not run.
    @discardableResult
    package func start(_ number: Int) -> Bool {
        attempt {
            let piece = try self.piece(number, forProbes: true)
            guard piece.run == nil else { throw SessionError("[\(number)] runs already") }
            start(piece)
        }
    }

    /// Forgets a piece, its probes and its globals with their values, if nothing else needs it.
    @discardableResult
    package func drop(_ number: Int) -> Bool {
        attempt {
            let piece = try self.piece(number, forProbes: false)
            let others = pieces.filter { $0 !== piece }
            show { $0.kind != .warning }
            _ = try compile(others, own: SourceFile(name: "<input>", text: ""))
            if piece.run != nil { end(piece, .stopped) }
            pieces = others
            for name in piece.globals { shared.forget(name) }
            terminal.say("[\(number)] dropped\n")
        }
    }

    /// Notices what has ended by itself; to be called after each round of the loop.
    package func poll() {
        for piece in pieces {
            guard let run = piece.run?.run, !run.isRunning else { continue }
            end(piece, run.hasFailed ? .failed : .ended)
        }
        followConditions()
    }

    // MARK: - Statements

    /// Runs statements at once; a lone expression shows its value, an array or statistics a table.
    @discardableResult
    package func evaluate(_ text: String) -> Bool {
        attempt { try run(Prompted(text, in: self)) }
    }

    /// Shows a global as a table; false when it is a scalar or nothing has been stored in it.
    func showTable(_ name: String) -> Bool {
        guard let position = shared.registry.position(of: name) else { return false }
        let global = shared.registry.globals[position]
        guard !global.keyTypes.isEmpty || global.statistics != nil else { return false }
        collect(touching: [position])
        var text = shared.storage.table(position)
        text.withUTF8 { terminal.write(UnsafeRawBufferPointer($0)) }
        return true
    }

    /// Runs a program of one begin probe.
    func run(_ program: IRProgram) throws {
        if let problem = program.startProblem { throw SessionError(problem) }
        let touched = program.globals(ofHandler: 0)
        collect(touching: touched)
        let host = RunHost(runtime: nil, namespaces: namespaces, catalog: compiler.catalog)
        let evaluator = Evaluator(
            program: program, host: host, session: compiler.sessionFacts(target: target), globals: shared.storage)
        let request = evaluator.run(handler: 0, record: nil)
        for message in evaluator.takeMessages() {
            switch message {
            case .warning(let text): if !options.suppressWarnings { terminal.say(text + "\n") }
            case .error(let text): terminal.say(text + "\n")
            }
        }
        if evaluator.output.count > 0 { evaluator.output.withBytes { terminal.write($0) } }
        if request == .exit { wantsToQuit = true }
        updateConditions(reading: touched)
        poll()
    }

    // MARK: - Compiling

    /// Chooses which diagnostics are shown from now on.
    func show(_ isShown: @escaping (Diagnostic) -> Bool) {
        let say = terminal.say
        let writer = MessageWriter(options) { say(String(decoding: $0, as: UTF8.self)) }
        writer.isBrief = true
        writer.shows = isShown
        compiler.messages = writer
    }

    /// Compiles pieces together, and statements where there are some; only the probes of one file stay. `change` may change
    /// what was parsed of the statements.
    func compile(
        _ pieces: [Piece], statements: SourceFile? = nil, own: SourceFile, change: (inout ParsedFile) -> Void = { _ in }
    ) throws -> (program: IRProgram, functionFiles: Set<ObjectIdentifier>) {
        var input = Compiler.Input()
        input.files = pieces.filter { !$0.isMacros }.map(\.source)
        input.macros = pieces.filter(\.isMacros).map(\.source)
        // Without a probe that does something a program is none.
        input.statements = statements ?? SourceFile(name: "<input>", text: "exit()")
        var files = try compiler.read(input)
        for index in files.indices { files[index].publish() }
        change(&files[files.count - 1])
        var analysis = try compiler.analysisOptions()
        analysis.knownGlobals = shared.known(isUsed)
        let checked = try compiler.analyzeAll(files, options: analysis)
        checked.keepProbes { $0.token.origin.location.file === own }
        try compiler.checkPrivilege(checked)
        let program = try compiler.lowerAll(checked, target: target)
        // What is not called has only its name in the program.
        let names = Set(checked.functions.map { ObjectIdentifier($0.token) })
        let code = program.sites.map(\.token).filter { !names.contains(ObjectIdentifier($0)) }
        let functionFiles = Set(code.map { ObjectIdentifier($0.location.file) })
        let globals = checked.globals.map(SharedGlobals.name)
        return (try shared.adopt(program, names: globals, isUsed: isUsed), functionFiles)
    }

    // MARK: - Inside

    /// Does something that can fail; what is wrong is said. Whether it was done.
    private func attempt(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch is Compiler.Failed {
        } catch let error as UndefinedWord {
            terminal.say("Undefined command: \"\(error.name)\". Try \"help\" or \"?\".\n")
        } catch let error as SessionError {
            terminal.say("ERROR: \(error.message)\n")
        } catch {
            terminal.say("ERROR: \(error)\n")
        }
        return false
    }

    private func piece(_ number: Int, forProbes: Bool) throws(SessionError) -> Piece {
        guard let piece = pieces.first(where: { $0.number == number }) else {
            throw SessionError("there is no [\(number)]: 'probes' lists what there is")
        }
        guard !forProbes || piece.hasProbes else { throw SessionError("[\(number)] has no probes") }
        return piece
    }

    /// Parses a piece to see what it declares.
    private func read(_ source: SourceFile) throws -> Piece {
        show { $0.kind != .warning }
        let piece = Piece(source)
        piece.macros = macroNames(source.bytes)
        if piece.isMacros { return piece }
        let macros = pieces.filter(\.isMacros).map(\.source)
        guard let file = try compiler.read(Compiler.Input(files: [source], macros: macros)).first else { return piece }
        piece.globals = file.globals.map(\.name)
        piece.functions = file.functions.map { "\($0.name)/\($0.parameters.count)" }
        piece.aliases = file.aliases.flatMap(\.names).map { $0.components.map(\.name).joined(separator: ".") }
        piece.hasProbes = !file.probes.isEmpty
        return piece
    }

    /// Whether a new piece takes the place of another one. Throws when it would take only a part of it.
    private func replaces(_ piece: Piece, by new: Piece) throws(SessionError) -> Bool {
        let common = piece.declared.intersection(new.declared)
        guard let name = common.min() else { return false }
        guard piece.declared.isSubset(of: new.declared), !piece.hasProbes else {
            throw SessionError("'\(name)' is a part of [\(piece.number)]: 'drop \(piece.number)' first")
        }
        return true
    }

    private func adopt(_ added: [Piece], insteadOf replaced: [Piece], _ kept: [Piece]) {
        let sources = Set(replaced.map { ObjectIdentifier($0.source) })
        let isForAll = replaced.contains { $0.isMacros || !$0.aliases.isEmpty }
        let restarted = kept.filter { piece in
            guard let run = piece.run else { return false }
            return isForAll || !run.functionFiles.isDisjoint(with: sources)
        }
        for piece in added {
            let old = replaced.first { !$0.declared.isDisjoint(with: piece.declared) }
            if let old, !added.contains(where: { $0.number == old.number }) {
                piece.number = old.number
            } else {
                piece.number = nextNumber
                nextNumber += 1
            }
        }
        for piece in restarted { end(piece, .stopped, isTold: false) }
        pieces = kept + added
        for piece in added where !piece.hasProbes { terminal.say("[\(piece.number)] \(piece.title)\n") }
        for piece in restarted { start(piece, word: "restarted") }
        for piece in added where piece.hasProbes { start(piece) }
    }

    /// Makes a declaration that a statement implies a piece.
    func declare(_ piece: Piece) {
        piece.number = nextNumber
        nextNumber += 1
        pieces.append(piece)
        terminal.say("[\(piece.number)] \(piece.title)\n")
    }

    private func start(_ piece: Piece, word: String = "running") {
        piece.state = .failed
        let isStarted = attempt {
            show { diagnostic in
                let file = diagnostic.tokens.first?.origin.location.file
                return diagnostic.kind != .warning || file === piece.source
            }
            let (program, functionFiles) = try compile(pieces, own: piece.source)
            if let problem = program.startProblem { throw SessionError(problem) }
            if program.probes.contains(where: { $0.event.readsInput }) {
                throw SessionError("input.char and input.line cannot be used here: standard input is the prompt's")
            }
            var runOptions = options
            runOptions.hidesGlobals = true
            let run = try PieceRun(
                program, functionFiles: functionFiles, compiler: compiler, options: runOptions,
                globals: shared.storage, namespaces: namespaces, loop: loop, terminal: terminal, target: target)
            run.run.beforeHandler = { [unowned self, unowned run] probe in
                if run.mayLook(for: probe) { collect(touching: run.touched(by: probe), except: run) }
            }
            run.run.afterHandler = { [unowned self, unowned run] probe in
                updateConditions(reading: run.touched(by: probe), except: run)
            }
            piece.run = run
            piece.state = .running
            terminal.say("[\(piece.number)] \(word): \(piece.title)\n")
            do {
                try run.run.begin()
            } catch {
                run.abandon()
                piece.run = nil
                piece.state = .failed
                throw error
            }
        }
        if !isStarted { terminal.say("[\(piece.number)] failed to start: 'start \(piece.number)' tries again\n") }
        poll()
    }

    private func end(_ piece: Piece, _ state: Piece.State, isTold: Bool = true) {
        guard let run = piece.run else { return }
        run.end()
        piece.counts = run.counts
        piece.state = run.run.hasFailed ? .failed : state
        piece.run = nil
        if run.hasFiles { retired.append(run) }
        if isTold { terminal.say("[\(piece.number)] \(piece.state.rawValue): \(piece.title)\n") }
    }

    private func isUsed(_ position: Int) -> Bool {
        pieces.contains { $0.run?.touched.contains(position) == true }
    }

    /// Takes in what handlers in the kernel have added up to some globals.
    private func collect(touching globals: Set<Int>, except own: PieceRun? = nil) {
        for case let run? in pieces.map(\.run) where run !== own && !run.sums.isDisjoint(with: globals) {
            run.run.collectSums()
        }
    }

    private func updateConditions(reading globals: Set<Int>, except own: PieceRun? = nil) {
        for case let run? in pieces.map(\.run) where run !== own && !run.conditions.isDisjoint(with: globals) {
            run.run.updateConditions()
        }
    }

    /// Conditions that read what handlers of other pieces add up in the kernel.
    private func followConditions() {
        for case let run? in pieces.map(\.run) where !run.conditions.isEmpty {
            let others = pieces.compactMap(\.run).filter { $0 !== run && !$0.sums.isDisjoint(with: run.conditions) }
            guard !others.isEmpty, run.mayLookAtConditions() else { continue }
            for other in others { other.run.collectSums() }
            run.run.updateConditions()
        }
    }
}

extension ParsedFile {
    /// At the prompt nothing is hidden: what is typed there is one script.
    fileprivate mutating func publish() {
        for index in globals.indices { globals[index].isPrivate = false }
        for index in functions.indices { functions[index].isPrivate = false }
    }
}

extension Token {
    /// The token that the user wrote: that of the macro's use for one that comes from a macro.
    var origin: Token {
        var token = self
        while let use = token.expandedFrom { token = use }
        return token
    }
}

extension ProbeEvent {
    /// Whether it reads standard input.
    fileprivate var readsInput: Bool {
        if case .procfs(let event) = self { return event.isInput }
        return false
    }
}

/// The names of the macros that a text defines at its start.
private func macroNames(_ bytes: [UInt8]) -> [String] {
    let words = String(decoding: bytes, as: UTF8.self)
        .split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "@") }
    guard words.first == "@define" else { return [] }
    return words.indices.dropLast().filter { words[$0] == "@define" }.map { String(words[$0 + 1]) }
}
