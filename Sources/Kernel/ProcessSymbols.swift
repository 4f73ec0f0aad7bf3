// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The code of processes by address: their mappings, and the symbol tables of the mapped files. What was once read of a
/// process serves after its end too.
public final class ProcessSymbols {
    private struct Mapping {
        var start: UInt64
        var end: UInt64
        var offset: UInt64
        var path: String
    }

    private struct Process {
        var mappings: [Mapping]
        var readAt: UInt64
    }

    private var processes: [Int32: Process] = [:]
    private var tables: [String: CodeTable?] = [:]

    /// The most processes and files that are kept in mind.
    private static let limit = 256
    /// How long mappings are believed, in nanoseconds: a process may load libraries, or start another program.
    private static let patience: UInt64 = 100_000_000

    /// Knows nothing yet.
    public init() {}

    /// The symbol, or at least the file, at an address of a process.
    public func symbol(_ process: Int32, at address: UInt64) -> FoundSymbol? {
        guard let mapping = mappings(of: process).first(where: { $0.start <= address && address < $0.end }) else {
            return nil
        }
        guard mapping.path.hasPrefix("/") else {
            return FoundSymbol(name: "", offset: address - mapping.start, size: 0, module: mapping.path)
        }
        let place = address - mapping.start + mapping.offset
        if let table = table(mapping.path, process), let found = table.symbol(atFileOffset: place) {
            return FoundSymbol(name: found.name, offset: found.offset, size: found.size, module: mapping.path)
        }
        return FoundSymbol(name: "", offset: place, size: 0, module: mapping.path)
    }

    private func mappings(of process: Int32) -> [Mapping] {
        let now = nanoseconds()
        if let known = processes[process], now &- known.readAt < Self.patience { return known.mappings }
        guard let text = readText("/proc/\(process)/maps"), !text.isEmpty else {
            return processes[process]?.mappings ?? []
        }
        if processes.count >= Self.limit { processes.removeAll() }
        let mappings = text.split(separator: "\n").compactMap(Self.mapping)
        processes[process] = Process(mappings: mappings, readAt: now)
        return mappings
    }

    /// `55d0a8a00000-55d0a8a2c000 r-xp 00001000 fe:01 1234   /usr/bin/true`, of code only.
    private static func mapping(_ line: Substring) -> Mapping? {
        let fields = line.split(separator: " ", maxSplits: 5)
        guard fields.count >= 5, fields[1].contains("x") else { return nil }
        let range = fields[0].split(separator: "-")
        guard range.count == 2, let start = UInt64(range[0], radix: 16), let end = UInt64(range[1], radix: 16),
            let offset = UInt64(fields[2], radix: 16)
        else { return nil }
        let path = fields.count > 5 ? fields[5].drop { $0 == " " } : "[anonymous]"
        return Mapping(start: start, end: end, offset: offset, path: String(path))
    }

    /// The symbols of a file as the process sees it, which may have another root.
    private func table(_ path: String, _ process: Int32) -> CodeTable? {
        if let known = tables[path] { return known }
        if tables.count >= Self.limit { tables.removeAll() }
        let table = CodeTable(path: "/proc/\(process)/root\(path)") ?? CodeTable(path: path)
        tables[path] = .some(table)
        return table
    }

    private func nanoseconds() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}
