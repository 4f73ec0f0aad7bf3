// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `kernel.lsm("hook")`: hooks of the Linux security modules; swtap looks on and allows everything. `$return` is what the eBPF
/// programs before it have decided: 0, or a negative error.
struct LsmFamily: ProbeFamily {
    let shapes = ["kernel.lsm(string)"]
    /// The functions that stand for the hooks in BTF.
    private static let prefix = "bpf_lsm_"

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        guard let component = match.component("lsm"), let pattern = match.string("lsm") else { return [] }
        var functions: [KernelFunction] = []
        if Glob(pattern).hasWildcard {
            functions = context.catalog.functions(matching: Self.prefix + pattern, module: nil, needsTypes: true)
        } else if case .found(let function) = context.catalog.function(
            Self.prefix + pattern, module: nil, needsTypes: true)
        {
            functions = [function]
        }
        if functions.isEmpty {
            let names =
                context.suggests
                ? context.catalog.functionNames().filter { $0.hasPrefix(Self.prefix) }
                    .map { String($0.dropFirst(Self.prefix.count)) } : []
            if !Glob(pattern).hasWildcard, names.isEmpty, context.suggests {
                throw Diagnostic(
                    .semanticError, "the kernel has no LSM hooks for eBPF: it was built without CONFIG_BPF_LSM",
                    tokens: [component.token])
            }
            throw Diagnostic(
                .semanticError,
                "no match\(similarSuffix(similarNames(to: pattern, among: names), word: "similar hooks"))",
                site: "lsm")
        }
        return functions.map { function in
            let name = String(function.name.dropFirst(Self.prefix.count))
            return ResolvedPoint(
                point: match.text(replacing: "lsm", with: name), event: .lsm(function), functionName: name)
        }
    }
}
