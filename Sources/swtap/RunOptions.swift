// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Glibc
import Session

/// Options that say how a session runs.
struct RunOptions: ParsableArguments {
    @Option(
        name: .customShort("S"), parsing: .unconditional,
        help: ArgumentHelp(
            "With -o: go on in the next file after so many MiB, and keep the last N files.", valueName: "size[,N]"))
    var rotation: String?

    @Flag(name: .customShort("F"), help: "With -o: go to the background once all probes are open.")
    var isDaemon = false

    @Flag(
        name: [.customShort("i"), .customLong("interactive")], help: "Show a prompt; so does swtap without a script.")
    var isInteractive = false

    @Flag(name: .customShort("b"), help: "Accepted: the output is one stream in the order of the events.")
    var isBulk = false

    @Flag(name: .customShort("t"), help: "Report at the end how often each probe was hit and what it cost.")
    var reportsHits = false

    @Option(
        name: .customShort("m"), parsing: .unconditional,
        help: ArgumentHelp("Name the directory of the script's procfs files.", valueName: "name"))
    var moduleName: String?

    @Flag(name: .customLong("skip-badvars"), help: "Take $variables that are not there as 0.")
    var skipsBadVariables = false

    @Option(
        name: .long,
        help: ArgumentHelp("Run an example of the installation by its file's name.", valueName: "name"))
    var example: String?

    @Option(name: .long, help: ArgumentHelp("The back-end: bpf is the only one.", valueName: "name"))
    var runtime: String?

    @Option(
        name: .long,
        help: ArgumentHelp("stapusr allows no probes of the kernel; stapsys and stapdev do.", valueName: "level"))
    var privilege: String?

    @Flag(name: .long, help: "The same as --privilege=stapusr.")
    var unprivileged = false

    @Flag(name: .long, help: "Write output, globals, messages and losses as JSON, an object on each line.")
    var json = false

    @Option(
        name: .customLong("target-namespaces"),
        help: ArgumentHelp("The process whose namespaces the ns_ functions tell.", valueName: "pid"))
    var namespacePid: Int?

    /// Checks them and takes them over.
    func apply(to options: inout SessionOptions) throws(SessionError) {
        options.reportsHits = reportsHits
        options.usesJSON = json
        options.skipsBadVariables = skipsBadVariables
        if let rotation {
            guard options.outputFile != nil else { throw SessionError("-S needs an output file (-o).") }
            guard let rule = RunOptions.rotation(rotation) else {
                throw SessionError("Invalid file size option '\(rotation)' for -S.")
            }
            options.rotation = rule
        }
        if isDaemon {
            guard options.outputFile != nil else {
                throw SessionError(
                    "-F needs an output file (-o): swtap keeps no data in the kernel that could be fetched later.")
            }
            options.isDaemon = true
        }
        if let moduleName {
            guard RunOptions.isModuleName(moduleName) else {
                throw SessionError("Invalid module name '\(moduleName)' (should be at most 55 of [a-z0-9_]).")
            }
            options.moduleName = moduleName
        }
        if let runtime, runtime != "bpf" {
            throw SessionError("--runtime=\(runtime) is not supported: swtap runs scripts as eBPF (--runtime=bpf).")
        }
        switch privilege {
        case nil, "stapdev", "stapsys": break
        case "stapusr": options.allowsKernelProbes = false
        case let level?: throw SessionError("Invalid argument '\(level)' for --privilege.")
        }
        if unprivileged { options.allowsKernelProbes = false }
        if let namespacePid {
            guard namespacePid > 0, let pid = Int32(exactly: namespacePid), kill(pid, 0) == 0 || errno == EPERM else {
                throw SessionError("Invalid process ID '\(namespacePid)' for --target-namespaces.")
            }
            options.namespacePid = namespacePid
        }
    }

    /// `SIZE[,N]`, the size in MiB.
    static func rotation(_ text: String) -> OutputRotation? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 2, let size = parts.first.flatMap({ Int($0) }), size > 0, size < 1 << 30 else {
            return nil
        }
        guard parts.count == 2 else { return OutputRotation(size: size << 20) }
        guard let count = Int(parts[1]), count > 0 else { return nil }
        return OutputRotation(size: size << 20, count: count)
    }

    static func isModuleName(_ name: String) -> Bool {
        let allowed = name.utf8.allSatisfy {
            $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
                || $0 == UInt8(ascii: "_")
        }
        return allowed && (1...55).contains(name.utf8.count)
    }
}
