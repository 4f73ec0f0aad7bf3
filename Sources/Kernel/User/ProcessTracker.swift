// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc
import Semantics

/// Keeps the kernel's map of the processes that probes are about: by three small programs where processes are forked,
/// execute and end, and by one look at all that are there when the session begins. Programs are told apart by the address
/// of their inode, which holds for links, other mounts and renamed files alike.
final class ProcessTracker {
    /// The session's target and how it began.
    enum Target: Equatable {
        case none
        /// It is there already, perhaps with descendants.
        case running(Int32)
        /// It is what this process will be once it executes something.
        case waiting(Int32)
    }

    let processes: KernelMap
    private let programs: KernelMap
    private let target: Target
    private let marks: [ProcessScope: UInt64]
    private let offsets: ProcessPrograms.Offsets
    private let catalog: KernelCatalog
    /// The programs' files, open so that no other file takes their inodes.
    private var files: [(descriptor: Descriptor, facts: stat, mark: UInt64)] = []
    private var attachments: [RawTracepointAttachment] = []

    /// The scopes among some that must be tracked.
    static func tracked(_ scopes: [ProcessScope]) -> [ProcessScope] {
        var found: [ProcessScope] = []
        for scope in scopes {
            switch scope {
            case .every, .process: continue
            case .target, .programs: if !found.contains(scope) { found.append(scope) }
            }
        }
        return found
    }

    /// Prepares the maps for some scopes; throws when there are too many or a file cannot be opened.
    init(scopes: [ProcessScope], target: Target, catalog: KernelCatalog) throws(KernelError) {
        self.target = target
        self.catalog = catalog
        var marks: [ProcessScope: UInt64] = [:]
        var next = 1
        for scope in scopes {
            if case .target = scope {
                marks[scope] = ProcessPrograms.targetMark
            } else {
                guard next < 64 else {
                    throw KernelError(
                        .resource, "a script can be about 63 different programs at most",
                        wayOut: "name several by one pattern, or compare execname()")
                }
                marks[scope] = 1 << UInt64(next)
                next += 1
            }
        }
        self.marks = marks
        offsets = try KernelOffsets(catalog).tracking()
        processes = try KernelMap(ProcessPrograms.processes)
        var paths: [String: UInt64] = [:]
        for (scope, mark) in marks {
            guard case .programs(let programs) = scope else { continue }
            for program in programs { paths[program.path, default: 0] |= mark }
        }
        programs = try KernelMap(ProcessPrograms.programs(count: paths.count))
        for (path, mark) in paths.sorted(by: { $0.key < $1.key }) {
            let descriptor = Descriptor(open(path, O_RDONLY | O_CLOEXEC))
            var facts = stat()
            guard descriptor.number >= 0, fstat(descriptor.number, &facts) == 0 else {
                throw KernelError(.attachment, "cannot open \(path): \(errorText(errno))", errno: errno)
            }
            files.append((descriptor, facts, mark))
        }
    }

    /// The marks that make an event one of a scope; nil where no mark is needed.
    func members(of scope: ProcessScope) -> UInt64? { marks[scope] }

    /// Begins to follow processes, and marks those that are there; before any probe is attached.
    func begin(_ maps: CaptureMaps) throws(KernelError) {
        try fillPrograms()
        var coming: Int32?
        if case .waiting(let pid) = target { coming = pid }
        do {
            try attach("sched_process_fork", ProcessPrograms.forked(offsets), maps)
            try attach("sched_process_exec", ProcessPrograms.executed(offsets, target: coming), maps)
        } catch {
            throw KernelError(.unsupported, "cannot follow processes: \(error)")
        }
        // Whoever is forked between being listed and being marked is found the second time.
        var rest = 4
        while rest > 0, markRunning() { rest -= 1 }
    }

    /// Takes away the marks of processes that end; after the probes of ends are attached, so that they still see them.
    func complete(_ maps: CaptureMaps) throws(KernelError) {
        do {
            try attach("sched_process_exit", ProcessPrograms.exited(offsets), maps)
        } catch {
            throw KernelError(.unsupported, "cannot follow processes: \(error)")
        }
    }

    /// Stops following.
    func surrender() -> [Descriptor] { attachments.flatMap { $0.surrender() } }

    private func attach(_ tracepoint: String, _ program: BPFProgram, _ maps: CaptureMaps) throws {
        let linked = program.linked { [processes, programs] reference in
            switch reference {
            case .processes: processes.descriptor.number
            case .programs: programs.descriptor.number
            default: maps.descriptor(of: reference, entries: nil)
            }
        }
        guard let linked else { throw KernelError(.verifier, "a map is missing: a bug in swtap") }
        let loaded = try ProgramLoader.load(.rawTracepoint, name: program.name, instructions: linked)
        do {
            attachments.append(try RawTracepointAttachment(program: loaded, tracepoint: tracepoint))
        } catch {
            throw KernelError(
                .attachment, "tracepoint \(tracepoint): \(errorText(error.refusal.errno))", errno: error.refusal.errno)
        }
    }

    /// Tells the kernel the inodes of the programs: it alone knows where they are.
    private func fillPrograms() throws(KernelError) {
        guard !files.isEmpty else { return }
        let reader = try KernelMemoryReader()
        let inodes = KernelOffsets(catalog, reader: reader)
        for file in files {
            guard let inode = inodes.inode(ofDescriptor: file.descriptor.number) else {
                throw KernelError(
                    .unsupported, "the kernel does not let its memory be read, so programs cannot be told apart")
            }
            var mark = file.mark
            var old: UInt64 = 0
            var key = inode
            // Two paths of one file have one inode.
            if bpf_map_lookup_elem(programs.descriptor.number, &key, &old) == 0 { mark |= old }
            _ = bpf_map_update_elem(programs.descriptor.number, &key, &mark, 0)
        }
    }

    /// Marks the processes that are there; whether any was new.
    private func markRunning() -> Bool {
        var found = false
        let listed = ProcessList()
        var descendants: Set<Int32> = []
        if case .running(let pid) = target, marks[.target] != nil { descendants = listed.descendants(of: pid) }
        for pid in listed.processes {
            var mark = descendants.contains(pid) ? ProcessPrograms.targetMark : 0
            mark |= self.mark(ofProgramOf: pid)
            guard mark != 0 else { continue }
            var key = UInt32(bitPattern: pid)
            // What the programs at work have written is newer: BPF_NOEXIST.
            if bpf_map_update_elem(processes.descriptor.number, &key, &mark, 1) == 0 { found = true }
        }
        return found
    }

    private func mark(ofProgramOf pid: Int32) -> UInt64 {
        var facts = stat()
        guard !files.isEmpty, stat("/proc/\(pid)/exe", &facts) == 0 else { return 0 }
        return files.reduce(0) {
            $1.facts.st_ino == facts.st_ino && $1.facts.st_dev == facts.st_dev ? $0 | $1.mark : $0
        }
    }

    /// The marked processes of a scope now.
    func running(_ scope: ProcessScope) -> [Int32] {
        guard let wanted = marks[scope] else { return [] }
        var found: [Int32] = []
        var key: UInt32 = 0
        var next: UInt32 = 0
        var hasKey = false
        let map = processes.descriptor.number
        func hasNext() -> Bool {
            hasKey ? bpf_map_get_next_key(map, &key, &next) == 0 : bpf_map_get_next_key(map, nil, &next) == 0
        }
        while found.count < ProcessPrograms.capacity, hasNext() {
            (key, hasKey) = (next, true)
            var mark: UInt64 = 0
            guard bpf_map_lookup_elem(map, &key, &mark) == 0, mark & wanted != 0 else {
                continue
            }
            found.append(Int32(bitPattern: key))
        }
        return found.sorted()
    }
}

/// The processes of the system with their parents, as /proc shows them.
struct ProcessList {
    private(set) var processes: [Int32] = []
    private var parents: [Int32: Int32] = [:]

    init() {
        for name in directoryNames("/proc") {
            guard let pid = Int32(name), let text = readText("/proc/\(pid)/stat"),
                // A name may hold anything, also parentheses.
                let end = text.lastIndex(of: ")")
            else { continue }
            let fields = text[text.index(after: end)...].split(separator: " ")
            guard fields.count > 2, let parent = Int32(fields[1]) else { continue }
            processes.append(pid)
            parents[pid] = parent
        }
        processes.sort()
    }

    /// A process and all that descend from it.
    func descendants(of root: Int32) -> Set<Int32> {
        var found: Set<Int32> = [root]
        var grows = true
        while grows {
            grows = false
            for (pid, parent) in parents where found.contains(parent) && found.insert(pid).inserted { grows = true }
        }
        return found
    }
}
