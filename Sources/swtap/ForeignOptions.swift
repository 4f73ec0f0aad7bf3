// SPDX-License-Identifier: GPL-3.0-or-later
import Session

/// Options of SystemTap that mean nothing here: accepted where a script runs the same without, refused where not.
struct ForeignOptions {
    /// What an option is to us.
    private enum Meaning {
        /// It changes nothing that a script could tell, for this reason.
        case ignored(String)
        /// It asks for something that there is not, for this reason.
        case refused(String)
    }

    private struct Known {
        var takesValue = false
        var meaning: Meaning
    }

    /// The words without such options.
    private(set) var words: [String] = []
    /// A line for each option that was ignored.
    private(set) var notes: [String] = []

    /// Takes the options out of words that are separated; throws for one that is refused.
    init(_ all: [String], valued: (String) -> Bool) throws(SessionError) {
        var rest = all[...]
        while let word = rest.popFirst() {
            if word == "--" {
                words.append(word)
                words += rest
                return
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = word.hasPrefix("--") ? String(parts.first ?? "") : word
            guard word.hasPrefix("-"), let known = Self.known[name] else {
                words.append(word)
                // The value of another option is no option.
                if valued(word), let value = rest.popFirst() { words.append(value) }
                continue
            }
            if known.takesValue, parts.count < 2 || !word.hasPrefix("--") { _ = rest.popFirst() }
            switch known.meaning {
            case .ignored(let reason): notes.append("\(name) is ignored: \(reason)")
            case .refused(let reason): throw SessionError("\(name) is not supported: \(reason).")
            }
        }
    }

    private static let noModule = "no kernel module is built"
    private static let noDebuginfo = "swtap uses no debuginfo"
    private static let noServer = "swtap compiles by itself"
    private static let noCache = "nothing is cached"
    private static let running = "swtap runs scripts on the running kernel and machine only"
    private static let remote = "copy the one swtap binary there and run it by ssh"

    private static let known: [String: Known] = {
        var table: [String: Known] = [:]
        func ignore(_ names: [String], _ reason: String, value: Bool = false) {
            for name in names { table[name] = Known(takesValue: value, meaning: .ignored(reason)) }
        }
        func refuse(_ names: [String], _ reason: String, value: Bool = false) {
            for name in names { table[name] = Known(takesValue: value, meaning: .refused(reason)) }
        }
        ignore(["-k", "-q", "-P", "--modinfo", "--sign-module", "--save-uprobes"], noModule)
        ignore(["-B", "-R", "--modinfo"], noModule, value: true)
        ignore(["--ldd", "--all-modules", "--prologue-searching", "--no-prologue-searching"], noDebuginfo)
        ignore(["-d", "--download-debuginfo"], noDebuginfo, value: true)
        table["--download-debuginfo"]?.takesValue = false
        ignore(["--disable-cache", "--poison-cache", "--clean-cache"], noCache)
        ignore(["--tmpdir", "--sysenv"], noModule, value: true)
        ignore(
            ["--rlimit-as", "--rlimit-cpu", "--rlimit-nproc", "--rlimit-stack", "--rlimit-fsize"],
            "no compiler is started that could need limits", value: true)
        ignore(
            [
                "--use-server", "--use-server-on-error", "--list-servers", "--trust-servers",
                "--use-http-server",
            ], noServer)
        ignore(["--bpf"], "eBPF is the only back-end")
        refuse(["--dyninst"], "swtap runs scripts as eBPF (--runtime=bpf)")
        refuse(["-r", "-a", "--sysroot", "--build-as"], running, value: true)
        refuse(["--remote", "--remote-prefix"], remote, value: true)
        table["--remote-prefix"]?.takesValue = false
        return table
    }()
}
