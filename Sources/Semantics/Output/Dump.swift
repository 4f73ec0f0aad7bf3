// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The listing of pass 2 (`-p2`): globals, functions and probes with their types, bodies when verbose. Ends in a newline.
public func dumpPass2(_ program: CheckedProgram, verbose: Bool) -> String {
    var text = ""
    if !program.globals.isEmpty {
        text += "# globals\n" + program.globals.map { describe($0) + "\n" }.joined()
    }
    if !program.functions.isEmpty {
        text += "# functions\n"
        for function in program.functions {
            text += describe(function) + "\n"
            if verbose { text += body(function.body, function.locals, program) }
        }
    }
    if !program.probes.isEmpty {
        text += "# probes\n"
        for probe in program.probes { text += describe(probe, program, verbose: verbose) }
    }
    return text
}

private func describe(_ global: CheckedGlobal) -> String {
    var text = global.name
    if global.wraps { text += "%" }
    if let size = global.declaredSize { text += "[\(size)]" }
    text += ":\(global.valueType)"
    if global.isArray { text += " [\(global.keyTypes.map(\.description).joined(separator: ", "))]" }
    switch global.initial {
    case .number(let value): text += " = \(value)"
    case .string(let value): text += " = \(quoted(value))"
    case nil: break
    }
    return text
}

private func describe(_ function: CheckedFunction) -> String {
    let parameters = function.locals.prefix(function.parameterCount).map { "\($0.name):\($0.type)" }
    return "\(function.name):\(function.result) (\(parameters.joined(separator: ", ")))"
}

private func describe(_ probe: CheckedProbe, _ program: CheckedProgram, verbose: Bool) -> String {
    var text = probe.point
    if let condition = probe.condition {
        text += " if (\(CheckedPrinter(program: program, locals: probe.locals).text(condition)))"
    }
    if verbose {
        // From the nearest point to the one in the script.
        let trail = probe.derivation.reversed().map { "<- \($0.point)" }
        if !trail.isEmpty { text += " /* \(trail.joined(separator: " ")) */" }
    }
    text += "\n"
    if !probe.locals.isEmpty {
        text += "  # locals\n"
        for local in probe.locals { text += "  \(local.name):\(local.type)\n" }
    }
    if verbose { text += body(probe.body, probe.locals, program) }
    return text
}

private func body(_ statement: CheckedStatement, _ locals: [CheckedLocal], _ program: CheckedProgram) -> String {
    let printer = CheckedPrinter(program: program, locals: locals)
    if case .block = statement.kind { return printer.text(statement) }
    return "{\n\(printer.text(statement, level: 1))}\n"
}
