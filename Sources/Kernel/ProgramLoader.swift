// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc

/// What a program is to the kernel, and to which function it belongs where that is decided at load.
struct ProgramKind {
    /// The program type.
    var type: bpf_prog_type
    /// What it will be attached as.
    var attach = bpf_attach_type(0)
    /// The BTF id of the function or tracepoint, for tracing programs.
    var target: UInt32 = 0
    /// The descriptor of the BTF that has the id; 0 for vmlinux.
    var targetObject: Int32 = 0

    static let kprobe = ProgramKind(type: BPF_PROG_TYPE_KPROBE)
    static let kprobeMulti = ProgramKind(type: BPF_PROG_TYPE_KPROBE, attach: BPF_TRACE_KPROBE_MULTI)
    static let rawTracepoint = ProgramKind(type: BPF_PROG_TYPE_RAW_TRACEPOINT)
}

/// The types of a program, as the kernel has taken them.
struct LoadedTypes {
    let types: ProgramTypes
    let descriptor: Descriptor
    /// Whether the program cannot be loaded without.
    let areNeeded: Bool

    /// Hands the types of a program to the kernel; nil when it does not take them.
    init?(_ program: BPFProgram) {
        types = ProgramTypes(program)
        areNeeded = program.functions.count > 1
        let number = types.blob.withUnsafeBytes { bpf_btf_load($0.baseAddress, $0.count, nil) }
        guard number >= 0 else { return nil }
        descriptor = Descriptor(number)
    }
}

/// Loads programs; the verifier's log is only asked for when it refuses one.
enum ProgramLoader {
    /// Loads a program. `instructions` are the kernel's 8-byte instructions with the map descriptors in place.
    static func load(
        _ kind: ProgramKind, name: String, instructions: [UInt64], types: LoadedTypes? = nil,
        listing: (Int) -> String? = { _ in nil }
    ) throws(KernelError) -> Descriptor {
        let number = attempt(kind, name: name, instructions: instructions, types: types, log: nil)
        if number >= 0 { return Descriptor(number) }
        let reason = errno
        // Types serve whoever looks at the program; it runs without.
        if let types, !types.areNeeded {
            let number = attempt(kind, name: name, instructions: instructions, log: nil)
            if number >= 0 { return Descriptor(number) }
        }
        throw refusal(kind, name: name, instructions: instructions, types: types, reason: reason, listing: listing)
    }

    /// One attempt; the descriptor or -1 with errno.
    static func attempt(
        _ kind: ProgramKind, name: String, instructions: [UInt64], types: LoadedTypes? = nil,
        log: UnsafeMutableBufferPointer<CChar>?
    ) -> Int32 {
        var options = bpf_prog_load_opts()
        options.sz = MemoryLayout<bpf_prog_load_opts>.size
        options.expected_attach_type = kind.attach
        options.attach_btf_id = kind.target
        options.attach_btf_obj_fd = UInt32(bitPattern: kind.targetObject)
        if let log {
            options.log_level = 1
            options.log_buf = log.baseAddress
            options.log_size = UInt32(clamping: log.count)
        }
        let short = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        func load() -> Int32 {
            instructions.withUnsafeBytes { bytes in
                bpf_prog_load(
                    kind.type, short, "GPL", bytes.baseAddress?.assumingMemoryBound(to: bpf_insn.self),
                    instructions.count, &options)
            }
        }
        guard let types else {
            let number = load()
            return number < 0 ? -1 : number
        }
        options.prog_btf_fd = UInt32(bitPattern: types.descriptor.number)
        let number = types.types.functions.withUnsafeBytes { functions in
            types.types.lines.withUnsafeBytes { lines in
                options.func_info = functions.baseAddress
                options.func_info_rec_size = UInt32(ProgramTypes.functionSize)
                options.func_info_cnt = UInt32(functions.count / ProgramTypes.functionSize)
                if !lines.isEmpty {
                    options.line_info = lines.baseAddress
                    options.line_info_rec_size = UInt32(ProgramTypes.lineSize)
                    options.line_info_cnt = UInt32(lines.count / ProgramTypes.lineSize)
                }
                return load()
            }
        }
        return number < 0 ? -1 : number
    }

    /// Loads once more with a log that grows until it fits, and words what the verifier said.
    private static func refusal(
        _ kind: ProgramKind, name: String, instructions: [UInt64], types: LoadedTypes?, reason: Int32,
        listing: (Int) -> String?
    ) -> KernelError {
        var text = ""
        var size = 1 << 16
        while size <= 1 << 24 {
            let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: size)
            buffer[0] = 0
            defer { buffer.deallocate() }
            let number = attempt(kind, name: name, instructions: instructions, types: types, log: buffer)
            let again = errno
            // It was a passing shortage; without the program there is nothing to report but that.
            if number >= 0 { close(number) }
            buffer[size - 1] = 0
            text = buffer.baseAddress.map { String(cString: $0) } ?? ""
            if number >= 0 || again != ENOSPC { break }
            size *= 8
        }
        let log = VerifierLog(text)
        if log.summary.isEmpty {
            return KernelError(
                reason == EPERM ? .privilege : .unsupported,
                "the kernel refuses the eBPF program \(name) before verifying it: \(errorText(reason))", errno: reason)
        }
        var details = log.summary
        if let place = log.instruction { details.append(listing(place) ?? "at instruction \(place)") }
        return KernelError(
            .verifier,
            "the kernel's verifier refuses the program of \(name) (\(log.summary.last ?? "")): "
                + "this is a bug in swtap, not in the script",
            wayOut: "please report it with the output of -p4 and the kernel's release", details: details, errno: reason)
    }

    /// The kernel's account of a program.
    static func information(_ program: Descriptor) -> bpf_prog_info? {
        var info = bpf_prog_info()
        var size = UInt32(MemoryLayout<bpf_prog_info>.size)
        guard bpf_obj_get_info_by_fd(program.number, &info, &size) == 0 else { return nil }
        return info
    }
}
