// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics

extension KernelCatalog {
    /// Tracepoints whose `name` or `system:name` matches a glob, sorted by name. Where tracefs does not tell systems, a
    /// `system:` in front is not checked.
    public func tracepoints(matching glob: String) -> [KernelTracepoint] {
        let parts = glob.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let system = parts.count == 2 ? parts[0] : nil
        let pattern = parts.last ?? ""
        var found: [KernelTracepoint] = []
        if !isGlob(pattern) {
            for object in [0] + (tracepointIDs(pattern, in: 0).isEmpty ? moduleObjects() : []) {
                guard let id = tracepointIDs(pattern, in: object).first,
                    let tracepoint = tracepoint(
                        pattern, id: id, object: object, system: tracing.system(ofTracepoint: pattern))
                else { continue }
                found = [tracepoint]
                break
            }
        } else {
            for object in [0] + moduleObjects() {
                blob(object)?.forEach(kind: .typedef) { id, name in
                    guard strncmp(name, "btf_trace_", 10) == 0, fnmatch(pattern, name + 10, 0) == 0 else { return }
                    let short = String(cString: name + 10)
                    if let tracepoint = tracepoint(
                        short, id: id, object: object, system: tracing.systemOfTracepoint[short])
                    {
                        found.append(tracepoint)
                    }
                }
            }
            found.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        }
        guard let system else { return found }
        return found.filter { $0.system.map { fnmatch(system, $0, 0) == 0 } ?? true }
    }

    private func tracepointIDs(_ name: String, in object: UInt32) -> [UInt32] {
        blob(object)?.ids(named: "btf_trace_" + name, kind: .typedef) ?? []
    }

    /// A tracepoint from its typedef, a pointer to a function `(void *__data, …)` whose parameters have no names; the
    /// function that calls its probes has the same ones with names.
    private func tracepoint(_ name: String, id: UInt32, object: UInt32, system: String?) -> KernelTracepoint? {
        guard let blob = blob(object),
            case .pointer(let target, _) = type(KernelTypeID(object: object, id: id)),
            case .function(_, let unnamed, _) = type(target)
        else { return nil }
        var parameters = Array(unnamed.dropFirst())
        for caller in ["__traceiter_", "__probestub_"] {
            guard let id = blob.ids(named: caller + name, kind: .function).first,
                case .function(_, let named, _) = type(canonical(id, in: object)), named.count == unnamed.count,
                named.dropFirst().allSatisfy({ !$0.name.isEmpty })
            else { continue }
            parameters = Array(named.dropFirst())
            break
        }
        return KernelTracepoint(
            name: name, system: system, module: moduleName(object), parameters: parameters)
    }
}
