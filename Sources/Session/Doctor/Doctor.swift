// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import Kernel

/// `swtap doctor`: looks at what this kernel and these privileges allow, and says what to do about the rest.
struct Doctor {
    private let options: SessionOptions
    private let facts = SystemFacts()

    init(_ options: SessionOptions) { self.options = options }

    /// Looks at everything.
    func examine() -> DoctorReport {
        var findings = Preflight.Condition.allCases.map(condition)
        // Nothing else can be tried without them.
        if !findings.contains(where: { $0.state == .missing }) {
            findings += Trial.all.map { $0.run(options) } + mechanisms()
        }
        findings += settings()
        return DoctorReport(
            system: [
                ("kernel", "\(facts.release) \(facts.architecture)"),
                ("processors", "\(facts.onlineProcessors)"),
                ("user", Preflight.whoAmI()),
            ], findings: findings)
    }

    private func condition(_ condition: Preflight.Condition) -> Finding {
        let purpose =
            switch condition {
            case .privileges: "this process may load and attach eBPF programs"
            case .types: "the kernel describes its types (BTF)"
            case .lockdown: "eBPF programs may read kernel memory"
            case .systemCall: "the kernel has eBPF"
            }
        var finding = Finding(topic: .conditions, name: condition.rawValue, purpose: purpose)
        do {
            try Preflight.check(condition)
        } catch {
            finding.state = .missing
            (finding.detail, finding.wayOut) = (error.message, error.wayOut)
        }
        return finding
    }

    private func mechanisms() -> [Finding] {
        let compilerCatalog = LazyCatalog()
        guard let catalog = compilerCatalog.catalog else { return [] }
        let features = Features(
            catalog: catalog, disabled: Set(options.disabledFeatures.compactMap { Feature(rawValue: $0) }))
        return Feature.allCases.map { feature in
            var finding = Finding(
                topic: .mechanisms, name: feature.rawValue, purpose: "in kernels since \(feature.since)")
            if case .missing(let reason) = features[feature] { (finding.state, finding.detail) = (.limited, reason) }
            return finding
        }
    }

    // MARK: - Settings

    private func settings() -> [Finding] {
        [symbols(), functionTracing(), compilation()].compactMap { $0 }
    }

    /// Whether addresses of symbols are shown.
    private func symbols() -> Finding {
        var finding = Finding(
            topic: .settings, name: "kptr_restrict", purpose: "names of addresses, as in backtraces")
        if !SystemFacts.showsSymbolAddresses {
            finding.state = .limited
            finding.detail = "the addresses in /proc/kallsyms are hidden from this process"
            finding.wayOut = "sysctl kernel.kptr_restrict=1, and run it with CAP_SYSLOG or as root"
        }
        return finding
    }

    private func functionTracing() -> Finding? {
        guard let text = try? readFile("/proc/sys/kernel/ftrace_enabled") else { return nil }
        var finding = Finding(
            topic: .settings, name: "ftrace_enabled", purpose: "fentry and kprobe.multi at functions")
        if text.first == UInt8(ascii: "0") {
            finding.state = .limited
            finding.detail = "function tracing is switched off, so that only kprobes are left"
            finding.wayOut = "sysctl kernel.ftrace_enabled=1"
        }
        return finding
    }

    private func compilation() -> Finding? {
        guard let text = try? readFile("/proc/sys/net/core/bpf_jit_enable") else { return nil }
        var finding = Finding(topic: .settings, name: "bpf_jit_enable", purpose: "programs run as machine code")
        if text.first == UInt8(ascii: "0") {
            finding.state = .limited
            finding.detail = "the kernel interprets eBPF: fentry is not possible, and probes cost several times as much"
            finding.wayOut = "sysctl net.core.bpf_jit_enable=1"
        }
        return finding
    }
}
