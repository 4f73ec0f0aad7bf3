// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// A block with the file whose names it sees.
struct ScopedBlock {
    let block: Block
    let scope: FileScope
}

/// A condition with the file whose names it sees.
struct ScopedCondition {
    let expression: Expression
    let scope: FileScope
}

/// One event that a probe statement stands for, with everything that runs there.
struct DerivedProbe {
    var point: String
    var scriptPoint: String
    var derivation: [(point: String, token: Token)]
    var functionName: String
    var event: ProbeEvent
    /// The token of the script's point.
    var token: Token
    /// The word `probe` of the script.
    var declaration: Token?
    /// Prologues, the user's body, epilogues.
    var parts: [ScopedBlock]
    var userBody: Block
    var conditions: [ScopedCondition]
    /// `oneshot`: `exit()` after everything else.
    var exitsAtEnd = false
}

/// What a family makes of a point: an event with its full name.
struct ResolvedPoint {
    var point: String
    var event: ProbeEvent
    var functionName = ""
    /// What the script calls it, where that is a name of its own: `oneshot`.
    var scriptPoint: String?
    var exitsAtEnd = false
}

/// The components of a point that match a family's shape, wildcards in names resolved.
struct PointMatch {
    var components: [ProbeComponent]

    /// The same with the argument of one component replaced.
    func replacing(_ name: String, with argument: String) -> PointMatch {
        var match = self
        for index in components.indices where components[index].name == name {
            match.components[index].argument = .string(ByteString(argument))
        }
        return match
    }

    func has(_ name: String) -> Bool { components.contains { $0.name == name } }

    func component(_ name: String) -> ProbeComponent? { components.first { $0.name == name } }

    func string(_ name: String) -> String? {
        if case .string(let text)? = component(name)?.argument { return text.description }
        return nil
    }

    func number(_ name: String) -> Int64? {
        if case .number(let value)? = component(name)?.argument { return value }
        return nil
    }

    /// The point as text, with the argument of one component replaced.
    func text(replacing name: String? = nil, with argument: String = "") -> String {
        components.map { component in
            component.name == name ? "\(component.name)(\(quoted(ByteString(argument))))" : component.text
        }.joined(separator: ".")
    }
}

/// What a family may ask while it resolves a point.
struct PointContext {
    let catalog: any ProbeCatalog
    let ticksPerSecond: Int64
    /// Whether the bodies mention `$variables`: functions without types are then no use to a wildcard.
    let usesTargets: Bool
    /// Whether a failure is shown: looking for similar names is costly.
    let suggests: Bool
    /// `-g`.
    let isGuru: Bool
}

/// A kind of event: the shapes of its probe points, and what they mean.
protocol ProbeFamily: Sendable {
    /// Each shape as `a.b(string).c(number)`.
    var shapes: [String] { get }
    /// The events that a match stands for: none when nothing matches a wildcard; throws when a named thing is not there.
    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint]
}

extension ProbeComponent {
    /// The component as a script writes it.
    var text: String {
        switch argument {
        case nil: name
        case .number(let value): "\(name)(\(value))"
        case .string(let text): "\(name)(\(quoted(text)))"
        }
    }
}

extension ProbePoint {
    /// The point as a script writes it, without its condition.
    var text: String {
        components.map(\.text).joined(separator: ".") + (isSufficient ? "!" : isOptional ? "?" : "")
    }
}

/// A string as a literal of the language.
func quoted(_ text: ByteString) -> String {
    var result = "\""
    for byte in text.bytes {
        switch byte {
        case UInt8(ascii: "\""): result += "\\\""
        case UInt8(ascii: "\\"): result += "\\\\"
        case UInt8(ascii: "\n"): result += "\\n"
        case UInt8(ascii: "\t"): result += "\\t"
        case 0x20..<0x7f: result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let octal = String(byte, radix: 8)
            result += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
        }
    }
    return result + "\""
}
