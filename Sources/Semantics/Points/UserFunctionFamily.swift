// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `process….function(P)`, `.plt(P)`, `.statement(A).absolute`, `.mark(P)`, each also behind `.library(P)`: places in the
/// code of programs.
struct UserFunctionFamily: ProbeFamily {
    let shapes = ["process", "process(string)", "process(number)"].flatMap { process in
        [process, "\(process).library(string)"].flatMap { scope in
            [
                "function(string)", "function(string).call", "function(string).exported", "function(string).return",
                "function(string).return.maxactive(number)", "plt", "plt.return", "plt(string)", "plt(string).return",
                "statement(number).absolute", "mark(string)", "provider(string).mark(string)",
            ].map { "\(scope).\($0)" }
        }
    }

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        let finder = ProcessFinder(match: match, context: context)
        var (scope, programs) = try finder.places()
        if let pattern = match.string("library") {
            let owners = programs
            programs = []
            for owner in owners { programs += try libraries(pattern, of: owner, finder) }
            // A library is many programs' business.
            if case .every = scope { scope = .programs(owners) }
        }
        var resolver = UserPlaceResolver(finder: finder, scope: scope)
        for program in programs { try resolver.add(program) }
        return try resolver.finish()
    }

    private func libraries(
        _ pattern: String, of program: UserProgram, _ finder: ProcessFinder
    ) throws(Diagnostic) -> [UserProgram] {
        switch finder.context.catalog.libraries(named: pattern, of: program) {
        case .found(let libraries): return libraries
        case .refused(let reason):
            throw finder.problem("cannot find the library '\(pattern)': \(reason)", finder.match.component("library"))
        }
    }
}

/// Finds the functions and markers in one program after the other.
private struct UserPlaceResolver {
    let finder: ProcessFinder
    let scope: ProcessScope
    private var points: [ResolvedPoint] = []
    /// What is wrong with the programs that had nothing.
    private var problems: [Diagnostic] = []

    init(finder: ProcessFinder, scope: ProcessScope) {
        self.finder = finder
        self.scope = scope
    }

    private var match: PointMatch { finder.match }
    private var catalog: any ProbeCatalog { finder.context.catalog }

    /// Nothing in one of several programs is no error as long as another has something.
    func finish() throws(Diagnostic) -> [ResolvedPoint] {
        if points.isEmpty, let problem = problems.first { throw problem }
        return points
    }

    mutating func add(_ program: UserProgram) throws(Diagnostic) {
        do {
            if match.has("mark") {
                try addMarkers(program)
            } else if let address = match.number("statement") {
                try addStatement(UInt64(bitPattern: address), program)
            } else if match.has("plt") {
                try addFunctions(match.string("plt") ?? "*", program, .linkage, component: "plt")
            } else {
                let table: UserFunctionTable = match.has("exported") ? .exported : .all
                try addFunctions(match.string("function") ?? "*", program, table, component: "function")
            }
        } catch let problem as ProgramProblem {
            problems.append(
                finder.problem("'\(program.path)' cannot be probed: \(problem.reason)", match.components[0]))
        } catch let problem as Diagnostic {
            // What is wrong with the point is wrong for all programs.
            problems.append(problem)
        } catch {}
    }

    private mutating func addFunctions(
        _ pattern: String, _ program: UserProgram, _ table: UserFunctionTable, component name: String
    ) throws {
        let component = match.component(name)
        if pattern.contains("@") {
            throw finder.problem("source files and lines are not supported: symbols say nothing of them", component)
        }
        let functions = try catalog.userFunctions(matching: pattern, in: program, table: table)
        if functions.isEmpty { throw missing(pattern, program, table, component) }
        for function in functions {
            let place = UserPlace(
                program: program, offset: function.offset, address: function.address, name: function.name)
            points.append(
                ResolvedPoint(
                    point: text(program, [name: function.name]),
                    event: .user(.function(place, isReturn: match.has("return")), scope),
                    functionName: function.name))
        }
    }

    private func missing(
        _ pattern: String, _ program: UserProgram, _ table: UserFunctionTable, _ component: ProbeComponent?
    ) -> Diagnostic {
        if case .linkage = table {
            return finder.problem(
                "no match: '\(program.path)' has no linkage table entry '\(pattern)'; programs that are linked to call "
                    + "functions at once (-z now, static) may have none at all: probe the function in its library",
                component)
        }
        if !catalog.hasSymbols(program) {
            return finder.problem(
                "no match: '\(program.path)' was stripped of its symbols; use one that was not, or probe its markers "
                    + "(.mark), the functions it calls in libraries (.library(\"…\").function), or addresses "
                    + "(.statement(0x…).absolute)", component)
        }
        var similar: [String] = []
        if finder.context.suggests, !Glob(pattern).hasWildcard {
            let all = (try? catalog.userFunctions(matching: "*", in: program, table: table)) ?? []
            similar = similarNames(to: pattern, among: all.map(\.name))
        }
        return Diagnostic(
            .semanticError, "no match\(similarSuffix(similar, word: "similar functions"))", site: "user function")
    }

    private mutating func addStatement(_ address: UInt64, _ program: UserProgram) throws {
        guard let offset = catalog.fileOffset(ofAddress: address, in: program) else {
            throw finder.problem(
                "no code of '\(program.path)' is loaded at 0x\(String(address, radix: 16))",
                match.component("statement"))
        }
        let place = UserPlace(program: program, offset: offset, address: address, name: "")
        points.append(
            ResolvedPoint(point: text(program, [:]), event: .user(.function(place, isReturn: false), scope)))
    }

    private mutating func addMarkers(_ program: UserProgram) throws {
        let pattern = match.string("mark") ?? "*"
        let provider = match.string("provider") ?? "*"
        let all = try catalog.markers(in: program)
        let found = all.filter { Glob(pattern).matches($0.name) && Glob(provider).matches($0.provider) }
        if found.isEmpty {
            if all.isEmpty {
                throw finder.problem("no match: '\(program.path)' has no markers", match.component("mark"))
            }
            let similar = similarNames(to: pattern, among: finder.context.suggests ? Set(all.map(\.name)) : [])
            throw Diagnostic(
                .semanticError, "no match\(similarSuffix(similar, word: "similar markers"))", site: "user marker")
        }
        for marker in found {
            let place = UserPlace(
                program: program, offset: marker.offset, address: marker.address, name: marker.name,
                semaphoreOffset: marker.semaphoreOffset)
            points.append(
                ResolvedPoint(
                    point: text(program, ["mark": marker.name, "provider": marker.provider]),
                    event: .user(.marker(marker, place), scope)))
        }
    }

    /// The point with what its patterns stand for.
    private func text(_ program: UserProgram, _ arguments: [String: String]) -> String {
        var arguments = arguments
        if match.has("library") {
            arguments["library"] = program.path
            if case .programs(let owners) = scope, owners.count == 1 { arguments["process"] = owners[0].path }
        } else if match.string("process") != nil {
            arguments["process"] = program.path
        }
        return match.components.map { component in
            arguments[component.name].map { "\(component.name)(\(quoted(ByteString($0))))" } ?? component.text
        }.joined(separator: ".")
    }
}
