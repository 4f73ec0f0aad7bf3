// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `process….begin .end .thread.begin .thread.end .syscall .syscall.return`: the life and the system calls of processes.
struct ProcessFamily: ProbeFamily {
    let shapes = ["process", "process(string)", "process(number)"].flatMap { process in
        ["begin", "end", "thread.begin", "thread.end", "syscall", "syscall.return"].map { "\(process).\($0)" }
    }

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        let finder = ProcessFinder(match: match, context: context)
        let (scope, path) = try finder.scope()
        let event: UserEvent
        if match.has("syscall") {
            event = .systemCall(isReturn: match.has("return"))
        } else if match.has("thread") {
            event = .life(match.has("begin") ? .threadBegin : .threadEnd)
        } else {
            event = .life(match.has("begin") ? .begin : .end)
        }
        let point = path.map { match.text(replacing: "process", with: $0) } ?? match.text()
        return [ResolvedPoint(point: point, event: .user(event, scope))]
    }
}

/// Finds the processes and programs that the first component of a point means.
struct ProcessFinder {
    let match: PointMatch
    let context: PointContext
    /// `process`, wherever in the point it stands.
    private let component: ProbeComponent

    init(match: PointMatch, context: PointContext) {
        self.match = match
        self.context = context
        component = match.component("process") ?? match.components[0]
    }

    /// The processes, and the path of their program where it is one.
    func scope() throws(Diagnostic) -> (scope: ProcessScope, path: String?) {
        switch component.argument {
        case nil: return (context.catalog.sessionTarget == .none ? .every : .target, nil)
        case .number(let number): return (.process(try process(number)), nil)
        case .string:
            let programs = try self.programs()
            return (.programs(programs), programs.count == 1 ? programs[0].path : nil)
        }
    }

    /// The same for what makes no sense without a process.
    func ownScope() throws(Diagnostic) -> (scope: ProcessScope, path: String?) {
        if component.argument == nil, context.catalog.sessionTarget == .none { throw missingTarget() }
        return try scope()
    }

    private func missingTarget() -> Diagnostic {
        problem("a process probe without a path needs the command of -c or the process of -x", component)
    }

    /// The files whose functions and markers are meant, and whose events count.
    func places() throws(Diagnostic) -> (scope: ProcessScope, programs: [UserProgram]) {
        switch component.argument {
        case nil:
            switch context.catalog.sessionTarget {
            case .none: throw missingTarget()
            case .command(let words):
                guard let program = words.first else { throw problem("the command of -c is empty", component) }
                return (.target, try found(context.catalog.programs(named: program), program))
            case .process(let pid):
                return (.target, try found(context.catalog.program(ofProcess: pid), "process \(pid)"))
            }
        case .number(let number):
            let pid = try process(number)
            return (.process(pid), try found(context.catalog.program(ofProcess: pid), "process \(pid)"))
        case .string: return (.every, try programs())
        }
    }

    private func process(_ number: Int64) throws(Diagnostic) -> Int32 {
        guard number > 0, let pid = Int32(exactly: number) else {
            throw problem("'\(number)' is no process id", component)
        }
        _ = try found(context.catalog.program(ofProcess: pid), "process \(pid)")
        return pid
    }

    private func programs() throws(Diagnostic) -> [UserProgram] {
        let name = match.string("process") ?? ""
        return try found(context.catalog.programs(named: name), "'\(name)'")
    }

    private func found(_ lookup: ProgramLookup, _ name: String) throws(Diagnostic) -> [UserProgram] {
        switch lookup {
        case .found(let programs): return programs
        case .refused(let reason): throw problem("cannot find the program of \(name): \(reason)", component)
        }
    }

    func problem(_ message: String, _ component: ProbeComponent?) -> Diagnostic {
        Diagnostic(.semanticError, message, tokens: component.map { [$0.token] } ?? [], site: message)
    }
}
