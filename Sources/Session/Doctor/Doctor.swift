// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc
import Kernel

/// `swtap doctor`: looks at what this kernel and these privileges allow, and says what to do about the rest.
struct Doctor {
    private let options: SessionOptions
    private let facts = SystemFacts()
    /// Read once, for all trials.
    private let catalog = LazyCatalog()
    private let disabled: Set<Feature>

    /// Fails with a message for a mechanism of `--no-feature` that there is not.
    init(_ options: SessionOptions) throws(SessionError) {
        self.options = options
        disabled = try options.features()
    }

    /// Looks at everything.
    func examine() -> DoctorReport {
        var findings = Preflight.Condition.allCases.map(condition)
        // Nothing else can be tried without them.
        if !findings.contains(where: { $0.state == .missing }) {
            findings += Trial.all.map { $0.run(options, catalog) } + mechanisms()
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
        guard let catalog = catalog.catalog else { return [] }
        let features = Features(catalog: catalog, disabled: disabled)
        return Feature.allCases.map { feature in
            var finding = Finding(
                topic: .mechanisms, name: feature.rawValue, purpose: "in kernels since \(feature.since)")
            if case .missing(let reason) = features[feature] { (finding.state, finding.detail) = (.limited, reason) }
            return finding
        }
    }

    // MARK: - Settings

    private func settings() -> [Finding] {
        [
            symbols(),
            setting(
                "kernel/ftrace_enabled", purpose: "fentry and kprobe.multi at functions",
                offDetail: "function tracing is switched off, so that only kprobes are left",
                wayOut: "sysctl kernel.ftrace_enabled=1"),
            setting(
                "net/core/bpf_jit_enable", purpose: "programs run as machine code",
                offDetail:
                    "the kernel interprets eBPF: fentry is not possible, and probes cost several times as much",
                wayOut: "sysctl net.core.bpf_jit_enable=1"),
        ].compactMap { $0 }
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

    /// A switch of the system that must not be 0; nil where there is none.
    private func setting(_ path: String, purpose: String, offDetail: String, wayOut: String) -> Finding? {
        guard let text = try? readFile("/proc/sys/" + path), let name = path.split(separator: "/").last else {
            return nil
        }
        var finding = Finding(topic: .settings, name: String(name), purpose: purpose)
        if text.first == UInt8(ascii: "0") {
            (finding.state, finding.detail, finding.wayOut) = (.limited, offDetail, wayOut)
        }
        return finding
    }
}
