// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// Access to tracefs and debugfs: where they are mounted, else by a mount of our own that nobody else sees and that
/// ends with its descriptor. Everything in them is optional.
final class TracingDirectory {
    private let tracing: Int32
    private lazy var debugging: Int32 = Self.openMounted(
        ["/sys/kernel/debug"], proof: "kprobes", type: "debugfs")

    init() {
        tracing = Self.openMounted(
            ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"], proof: "events", type: "tracefs")
    }

    deinit {
        if tracing >= 0 { close(tracing) }
        if debugging >= 0 { close(debugging) }
    }

    private static func openMounted(_ places: [String], proof: String, type: String) -> Int32 {
        for place in places {
            let descriptor = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if faccessat(descriptor, proof, F_OK, 0) == 0 { return descriptor }
            close(descriptor)
        }
        return swtap_detached_mount(type)
    }

    /// The systems of tracepoints; empty when tracefs cannot be reached.
    private(set) lazy var systems: [String] = tracing < 0 ? [] : directoryNames("events", in: tracing).sorted()

    /// The system of a tracepoint; nil when unknown.
    func system(ofTracepoint name: String) -> String? {
        systems.first { has(tracepoint: name, system: $0) }
    }

    /// Whether a tracepoint belongs to a system.
    func has(tracepoint name: String, system: String) -> Bool {
        tracing >= 0 && faccessat(tracing, "events/\(system)/\(name)", F_OK, 0) == 0
    }

    /// Name to system of all tracepoints, by one walk.
    private(set) lazy var systemOfTracepoint: [String: String] = {
        var known: [String: String] = [:]
        for system in systems {
            for name in directoryNames("events/\(system)", in: tracing) where name != "enable" && name != "filter" {
                known[name] = system
            }
        }
        return known
    }()

    /// The functions that ftrace can trace, with their modules, as lines `NAME` or `NAME [MODULE]`; nil when the list
    /// cannot be read. With `kernelOnly` it stops at the first module, since the kernel takes seconds for all of them.
    func traceableFunctions(kernelOnly: Bool, where isWanted: (UnsafePointer<CChar>) -> Bool) -> [(String, String?)]? {
        guard tracing >= 0 else { return nil }
        let descriptor = openat(tracing, "available_filter_functions", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, let stream = fdopen(descriptor, "r") else { return nil }
        defer { fclose(stream) }
        var found: [(String, String?)] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while true {
            let length = getline(&line, &capacity, stream)
            guard length > 0, let text = line else { break }
            if text[length - 1] == CChar(UInt8(ascii: "\n")) { text[length - 1] = 0 }
            var module: String?
            if let space = strpbrk(text, " \t") {
                space.pointee = 0
                module = String(cString: space + 1).split { $0 == "[" || $0 == "]" || $0 == " " }.first.map(String.init)
                if kernelOnly { break }
            }
            if isWanted(text) { found.append((String(cString: text), module)) }
        }
        return found
    }

    /// Functions on the kprobe blacklist; empty when debugfs cannot be reached.
    private(set) lazy var blacklist: Set<String> = {
        guard debugging >= 0, let text = readText("kprobes/blacklist", in: debugging) else { return [] }
        var names: Set<String> = []
        for line in text.split(separator: "\n") {
            // 0xffffffff81000000-0xffffffff81000010	NAME
            if let name = line.split(separator: "\t").last { names.insert(String(name)) }
        }
        return names
    }()
}
