// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Kernel
import Semantics
import Syntax

/// A kind of probes, tried with a small script: compiled, loaded and attached behind the closed gate, so that no event is
/// taken, and detached again.
struct Trial {
    let name: String
    let purpose: String
    let script: String

    /// In the order of the report. `bpf_fentry_test1` is a function of every kernel with eBPF that nobody calls.
    static let all = [
        Trial(
            name: "kernel.function", purpose: "calls of kernel functions, with parameters",
            script: #"probe kernel.function("bpf_fentry_test1") { println($a); exit() }"#),
        Trial(
            name: "kernel.function.return", purpose: "their returns, with $return and @entry",
            script: #"probe kernel.function("bpf_fentry_test1").return { println($return, @entry($a)); exit() }"#),
        Trial(
            name: "kernel.trace", purpose: "tracepoints of the kernel",
            script: #"probe kernel.trace("sched:sched_process_exit") { println(pid()); exit() }"#),
        Trial(
            name: "socket.send", purpose: "the socket tapset",
            script: "probe socket.send { println(name, size); exit() }"),
        Trial(
            name: "syscall.*", purpose: "system calls by name",
            script: "probe syscall.openat { println(name); exit() }"),
        Trial(
            name: "process.begin", purpose: "starts and ends of processes",
            script: "probe process.begin, process.end { println(pid()); exit() }"),
        Trial(
            name: "process.function", purpose: "functions of programs and libraries",
            script: #"probe process("/proc/self/exe").function("main") { println(pid()); exit() }"#),
        Trial(
            name: "perf", purpose: "performance counters",
            script: "probe perf.sw.cpu_clock { println(pid()); exit() }"),
        Trial(
            name: "timer.profile", purpose: "profiles of all CPUs",
            script: "probe timer.profile { println(pid()); exit() }"),
        Trial(
            name: "kernel.data", purpose: "watching memory by debug registers",
            script: #"probe kernel.data("jiffies_64").length(8).write { println(pid()); exit() }"#),
        Trial(
            name: "kernel.lsm", purpose: "hooks of security modules",
            script: #"probe kernel.lsm("file_open") { println(pid()); exit() }"#),
        Trial(
            name: "netfilter.hook", purpose: "packets at netfilter's hooks",
            script: #"probe netfilter.hook("NF_INET_LOCAL_IN").pf("NFPROTO_IPV4") { println(cpu()); exit() }"#),
    ]

    /// Tries it.
    func run(_ options: SessionOptions, _ catalog: LazyCatalog) -> Finding {
        var finding = Finding(topic: .probes, name: name, purpose: purpose)
        var options = options
        options.script = .text(script)
        options.suppressWarnings = true
        options.bufferMegabytes = 1
        let messages = MessageWriter(options) { _ in }
        do {
            let lines = try attach(Compiler(options, messages: messages, catalog: catalog))
            // Of what an alias is made of, a part may not be there.
            let absent = lines.filter { $0.hasPrefix(Self.absence) }
            finding.detail = lines.first { !$0.hasPrefix(Self.absence) } ?? ""
            if let first = absent.first {
                finding.state = absent.count == lines.count ? .missing : .limited
                finding.detail = "\(absent.count) of \(lines.count) hooks are " + first
            }
        } catch {
            finding.state = .missing
            if let error = error as? KernelError {
                (finding.detail, finding.wayOut) = (error.message, error.wayOut)
                // The point is that of the trial; names of mechanisms have no colon before the first one.
                if error.message.hasPrefix("cannot attach "), let colon = error.message.firstIndex(of: ":") {
                    finding.detail = String(error.message[colon...].dropFirst(2))
                }
            } else {
                finding.detail =
                    messages.errors.first.map(Self.cause) ?? (error as? SessionError)?.message ?? "\(error)"
            }
        }
        return finding
    }

    /// How the explanation of a probe that is not attached begins.
    private static let absence = "not attached: "

    /// The last cause of an error, which names the mechanism.
    private static func cause(_ diagnostic: Diagnostic) -> String {
        diagnostic.chain.last.map(cause) ?? diagnostic.message
    }

    /// How each of its probes was attached.
    private func attach(_ compiler: Compiler) throws -> [String] {
        let program = try compiler.lowerAll(try compiler.analyzeAll(try compiler.parseAll()), target: 0)
        guard let runtime = try compiler.makeRuntime(program, target: 0, isStarted: false) else { return [] }
        try runtime.load()
        try runtime.attach()
        let lines = program.probes.indices.compactMap { runtime.explain($0).first }
        runtime.closeGate()
        Farewell.close(runtime.takeAttachments())
        return lines
    }
}
