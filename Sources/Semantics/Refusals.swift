// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Parts of the language that are understood and refused by name; a part that arrives is removed from here.
enum Refusal {
    case const
    case embeddedCode
    case targetWrite
    case hookDecision

    /// The message.
    var message: String {
        switch self {
        case .const:
            "'@const' is not supported: it needs a C compiler; use the number, or @enum(\"NAME\") for an enumerator"
        case .embeddedCode: "embedded C code is not supported: swtap has no C compiler, it emits eBPF itself"
        case .targetWrite:
            "write to target variable not supported: eBPF programs cannot write the traced memory"
        case .hookDecision:
            "write to target variable not supported: swtap looks on at hooks and lets everything pass"
        }
    }

    func diagnostic(_ token: Token) -> Diagnostic {
        Diagnostic(.semanticError, message, tokens: [token], site: message)
    }

    /// Probe point families that are refused whatever follows, by their first components.
    static let families: [(path: [String], reason: String)] = [
        (["process", "insn"], notYet("process.insn")),
        (["process", "data"], notYet("process.data")),
        (["debuginfod"], "'debuginfod' probes are not supported: swtap uses no debuginfo"),
        (["python2"], interpreter("python2", "Python")),
        (["python3"], interpreter("python3", "Python")),
        (["java"], interpreter("java", "Java")),
        (["kernel", "statement(string)"], noLines("statement")),
        (["module", "statement"], noLines("statement")),
        (["kernel", "function", "inline"], noLines("inline")),
        (["module", "function", "inline"], noLines("inline")),
        (["kernel", "function", "callee"], noLines("callee")),
        (["module", "function", "callee"], noLines("callee")),
        (["kernel", "function", "callees"], noLines("callees")),
        (["module", "function", "callees"], noLines("callees")),
        (["kernel", "function", "label"], noLines("label")),
        (["module", "function", "label"], noLines("label")),
        (["process", "function", "inline"], noSymbols("inline")),
        (["process", "library", "function", "inline"], noSymbols("inline")),
        (["process", "function", "callee"], noSymbols("callee")),
        (["process", "library", "function", "callee"], noSymbols("callee")),
        (["process", "function", "callees"], noSymbols("callees")),
        (["process", "library", "function", "callees"], noSymbols("callees")),
        (["process", "function", "label"], noSymbols("label")),
        (["process", "library", "function", "label"], noSymbols("label")),
    ]

    /// Why a function of SystemTap's library cannot exist here; nil for all other names.
    static func function(_ name: String) -> String? {
        if name.hasPrefix("set_kernel_") {
            return "function '\(name)' is not supported: eBPF programs cannot write the kernel's memory"
        }
        if name.hasPrefix("set_user_") {
            return "function '\(name)' is not supported: handlers run after the event, when writing comes too late"
        }
        if name.hasPrefix("set_"), name.hasSuffix("_arg") {
            return "function '\(name)' is not supported: eBPF programs cannot change the arguments of a function"
        }
        return nil
    }

    private static func interpreter(_ family: String, _ language: String) -> String {
        "'\(family)' probes are not supported: they need a helper inside the \(language) interpreter"
    }

    private static func notYet(_ family: String) -> String { "probe point family '\(family)' is not supported yet" }

    private static func noSymbols(_ component: String) -> String {
        "'.\(component)' probes are not supported: symbols say nothing of source lines, inlined functions and labels"
    }

    private static func noLines(_ component: String) -> String {
        "'.\(component)' probes are not supported: BTF says nothing of source lines, inlined functions and labels"
    }
}
