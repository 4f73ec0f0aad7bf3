// SPDX-License-Identifier: GPL-3.0-or-later
import CLibbpf
import Glibc

/// Facts of the running system that scripts and messages ask for; each is read at its first use.
public final class SystemFacts {
    /// Creates the facts of this system.
    public init() {}

    /// The kernel's release, as uname(2) says it: `6.1.0-56-cloud-amd64`.
    public let release: String = SystemFacts.name(\.release)
    /// The machine as SystemTap names architectures: `x86_64`, `arm64`, else as uname(2) says it.
    public let architecture: String = {
        let machine = SystemFacts.name(\.machine)
        return machine == "aarch64" ? "arm64" : machine
    }()
    /// The kernel's build options; empty where neither /proc/config.gz nor the file of /boot can be read.
    public private(set) lazy var configuration = KernelConfiguration(release: release)

    /// Ticks a second of the kernel's jiffies: CONFIG_HZ, else what the C library says of its clock ticks.
    public var ticksPerSecond: Int {
        configuration["CONFIG_HZ"].flatMap { Int($0) } ?? Int(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The processors that are online now.
    public var onlineProcessors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The processors that may ever come online, which sizes per-CPU values.
    public private(set) lazy var possibleProcessors: Int = max(1, Int(libbpf_num_possible_cpus()))

    /// Whether /proc/kallsyms shows this process the addresses of symbols, or zeros (`kernel.kptr_restrict`).
    public static var showsSymbolAddresses: Bool {
        let descriptor = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return false }
        // The first symbols of a processor's variables are at small addresses: any digit that is none will do.
        return bytes[..<count].split(separator: UInt8(ascii: "\n")).contains { line in
            line.prefix { $0 != UInt8(ascii: " ") }.contains { $0 != UInt8(ascii: "0") }
        }
    }

    /// Nanoseconds to add to CLOCK_MONOTONIC to get CLOCK_REALTIME, read between two readings of the former.
    public static func realTimeOffset() -> Int64 {
        let before = nanoseconds(CLOCK_MONOTONIC)
        let real = nanoseconds(CLOCK_REALTIME)
        let after = nanoseconds(CLOCK_MONOTONIC)
        return real &- (before &+ (after &- before) / 2)
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static func name<Field>(_ field: KeyPath<utsname, Field>) -> String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: names[keyPath: field]) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// The options that the running kernel was built with.
public struct KernelConfiguration {
    /// Whether the options could be read at all.
    public private(set) var isKnown = false
    /// The lines `CONFIG_X=value`: scripts ask for few of the ten thousand.
    private var text: [UInt8] = []

    /// Reads the options of the running kernel.
    init(release: String) {
        for path in ["/proc/config.gz", "/boot/config-" + release, "/lib/modules/\(release)/config"] {
            guard let text = Self.inflate(path) else { continue }
            self.init(text: text)
            return
        }
        self.init()
    }

    private init() {}

    /// Takes in lines `CONFIG_X=value`.
    init(text: [UInt8]) {
        isKnown = true
        self.text = text
    }

    /// The value of `CONFIG_X`: `y`, `m`, a number or a text; nil when it is not set.
    public subscript(name: String) -> String? {
        let wanted = Array("\(name)=".utf8)
        guard name.hasPrefix("CONFIG_"), let found = lineStart(wanted) else { return nil }
        var value = text[(found + wanted.count)...].prefix { $0 != UInt8(ascii: "\n") }
        // A string option is quoted; SystemTap compares what is between the quotes.
        if value.count >= 2, value.first == UInt8(ascii: "\""), value.last == UInt8(ascii: "\"") {
            value = value.dropFirst().dropLast()
        }
        return String(decoding: value, as: UTF8.self)
    }

    /// Where a line starts with some bytes.
    private func lineStart(_ wanted: [UInt8]) -> Int? {
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return nil }
            var start = 0
            while start + wanted.count <= text.count {
                if memcmp(base + start, wanted, wanted.count) == 0 { return start }
                guard let end = memchr(base + start, Int32(UInt8(ascii: "\n")), text.count - start) else { return nil }
                start = UnsafeRawPointer(end) - UnsafeRawPointer(base) + 1
            }
            return nil
        }
    }

    /// The bytes of a file, compressed or not; nil when it cannot be read.
    private static func inflate(_ path: String) -> [UInt8]? {
        guard access(path, R_OK) == 0, let file = gzopen(path, "rb") else { return nil }
        defer { gzclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = gzread(file, &chunk, UInt32(chunk.count))
            if count <= 0 { return count < 0 || bytes.isEmpty ? nil : bytes }
            bytes.append(contentsOf: chunk[..<Int(count)])
        }
    }
}
