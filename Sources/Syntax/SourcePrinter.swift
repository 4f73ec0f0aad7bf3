// SPDX-License-Identifier: GPL-3.0-or-later

/// Prints trees as source that parses back to the same tree.
public enum SourcePrinter {
    /// The dump of `-p1`: every file with its globals, aliases, probes and functions.
    public static func dump(_ files: [ParsedFile]) -> String {
        "# parse tree dump\n" + files.map { "# file \($0.source.name)\n" + text(of: $0) }.joined()
    }

    /// The declarations of a file by kind, one after the other.
    public static func text(of file: ParsedFile) -> String {
        var result = ""
        for token in file.embedded { result += "%{\(token.text)%}\n" }
        for global in file.globals { result += text(of: global) + "\n" }
        for alias in file.aliases { result += text(of: alias) + "\n" }
        for probe in file.probes { result += text(of: probe) + "\n" }
        for function in file.functions { result += text(of: function) + "\n" }
        return result
    }

    /// A global's declaration.
    public static func text(of global: GlobalDeclaration) -> String {
        (global.isPrivate ? "private " : "") + "global \(global.name)" + (global.wraps ? "%" : "")
            + (global.size.map { "[\($0)]" } ?? "") + (global.initial.map { " = " + text(of: $0) } ?? "")
    }

    /// An alias's declaration.
    public static func text(of alias: AliasDeclaration) -> String {
        let names = alias.names.map(text).joined(separator: ", ")
        let points = alias.points.map(text).joined(separator: ", ")
        guard let prologue = alias.prologue else {
            return "probe \(names) += \(points) " + (alias.epilogue.map { text(of: $0) } ?? "{\n}")
        }
        return "probe \(names) = \(points) " + text(of: prologue) + (alias.epilogue.map { ", " + text(of: $0) } ?? "")
    }

    /// A probe with its handler.
    public static func text(of probe: ProbeDeclaration) -> String {
        "probe " + probe.points.map(text).joined(separator: ", ") + " " + text(of: probe.body)
    }

    /// A function with its body.
    public static func text(of function: FunctionDeclaration) -> String {
        let parameters = function.parameters.map { $0.name + type($0.type) }.joined(separator: ", ")
        let head =
            (function.isPrivate ? "private " : "") + "function \(function.name)\(type(function.type)) (\(parameters))"
            + (function.priority.map { " :\($0)" } ?? "")
        switch function.body {
        case .block(let block): return "\(head) \(text(of: block))"
        case .embedded(let token): return "\(head) %{\(token.text)%}"
        }
    }

    private static func type(_ type: TypeName?) -> String { type.map { ":" + $0.rawValue } ?? "" }

    /// A probe point with its suffix and condition: `kernel.function("x").return? if (n)`.
    public static func text(of point: ProbePoint) -> String {
        point.components.map(text).joined(separator: ".") + (point.isOptional ? "?" : "")
            + (point.isSufficient ? "!" : "") + (point.condition.map { " if (\(text(of: $0)))" } ?? "")
    }

    /// One component of a probe point: `function("x")`.
    public static func text(of component: ProbeComponent) -> String {
        component.name + (component.argument.map { "(\(text(of: $0)))" } ?? "")
    }

    /// A block, its statements indented by `depth` steps of two blanks more than itself.
    public static func text(of block: Block, depth: Int = 0) -> String {
        var result = "{\n"
        for statement in block.statements {
            result += indent(depth + 1) + text(of: statement, depth: depth + 1) + "\n"
        }
        return result + indent(depth) + "}"
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    /// A statement, with its lines after the first indented by `depth` steps of two blanks.
    public static func text(of statement: Statement, depth: Int = 0) -> String {
        switch statement.kind {
        case .null: return ";"
        case .block(let block): return text(of: block, depth: depth)
        case .expression(let expression): return text(of: expression) + ";"
        case .if(let condition, let then, let otherwise):
            let branch = "if (\(text(of: condition))) \(branchText(then, depth))"
            guard let otherwise else { return branch }
            return "\(branch)\n\(indent(depth))else \(branchText(otherwise, depth))"
        case .while(let condition, let body):
            return "while (\(text(of: condition))) \(text(of: body, depth: depth))"
        case .for(let initial, let condition, let step, let body):
            let parts = [initial, condition, step].map { $0.map { text(of: $0) } ?? "" }
            return "for (\(parts.joined(separator: "; "))) \(text(of: body, depth: depth))"
        case .foreach(let loop):
            return "foreach (\(head(of: loop))) \(text(of: loop.body, depth: depth))"
        case .tryCatch(let body, let variable, let handler):
            let name = variable.map { "(\($0.text)) " } ?? ""
            return "try \(text(of: body, depth: depth)) catch \(name)\(text(of: handler, depth: depth))"
        case .delete(let expression): return "delete \(text(of: expression));"
        case .next: return "next;"
        case .break: return "break;"
        case .continue: return "continue;"
        case .return(let value): return value.map { "return \(text(of: $0));" } ?? "return;"
        }
    }

    /// A branch of an `if`; the semicolon of a bare return stands on a line of its own there.
    private static func branchText(_ statement: Statement, _ depth: Int) -> String {
        if case .return(nil) = statement.kind { return "return\n\(indent(depth));" }
        return text(of: statement, depth: depth)
    }

    private static func head(of loop: ForeachStatement) -> String {
        func direction(_ key: SortKey) -> String {
            guard let sort = loop.sort, sort.key == key else { return "" }
            return sort.direction == .ascending ? "+" : "-"
        }
        let keys = loop.keys.enumerated().map { index, token in token.text + direction(.key(index)) }
        var result = loop.value.map { "\($0.text) = " } ?? ""
        result += "[\(keys.joined(separator: ", "))] in \(text(of: loop.base))"
        if let slice = loop.slice { result += list(slice) }
        if case .value(let op)? = loop.sort?.key {
            result += (op.map { " @\($0.rawValue) " } ?? "") + direction(.value(op))
        }
        if let limit = loop.limit { result += " limit \(text(of: limit))" }
        return result
    }
}
