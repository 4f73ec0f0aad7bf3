// SPDX-License-Identifier: GPL-3.0-or-later

/// What a program is made of, for a reader who wants to know what an event costs.
public struct ProgramCost: Sendable, Equatable {
    /// The instructions; a load of 64 bits is one.
    public private(set) var instructions = 0
    /// How many calls of each helper there are, by name, in the order of their first.
    public private(set) var calls: [(name: String, count: Int)] = []
    /// How many of the calls read memory that may not be there.
    public private(set) var reads = 0
    /// How many instructions hold the bus for others.
    public private(set) var atomics = 0
    /// What all of it costs together, each instruction once, in nanoseconds of a machine of today.
    public private(set) var nanoseconds = 0

    /// Whether both say the same.
    public static func == (left: ProgramCost, right: ProgramCost) -> Bool { left.text == right.text }

    /// Counts.
    public init(_ program: BPFProgram) {
        var picoseconds = 0
        var isSecond = false
        for instruction in program.instructions {
            if isSecond {
                isSecond = false
                continue
            }
            isSecond = instruction.opcode == Opcode.loadImmediate64
            instructions += 1
            picoseconds += 400
            if instruction.opcode & 7 == Opcode.classSTX, instruction.opcode & 0xe0 == Opcode.modeAtomic {
                atomics += 1
                picoseconds += 19_000
            }
            guard instruction.opcode == Opcode.call, let helper = Helper(rawValue: instruction.immediate) else {
                continue
            }
            if let place = calls.firstIndex(where: { $0.name == helper.name }) {
                calls[place].count += 1
            } else {
                calls.append((helper.name, 1))
            }
            if helper.readsMemory { reads += 1 }
            picoseconds += helper.nanoseconds * 1000
        }
        nanoseconds = picoseconds / 1000
    }

    /// One line: `182 instructions; 5 calls: 2 bpf_map_lookup_elem, 3 bpf_ktime_get_ns; 1 read; 2 atomic; 310 ns if all runs`.
    public var text: String {
        func number(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        var parts = [number(instructions, "instruction")]
        let total = calls.reduce(0) { $0 + $1.count }
        if total > 0 {
            parts.append(
                number(total, "call") + ": " + calls.map { "\($0.count) \($0.name)" }.joined(separator: ", "))
        }
        if reads > 0 { parts.append(number(reads, "read")) }
        if atomics > 0 { parts.append("\(atomics) atomic") }
        return parts.joined(separator: "; ") + "; \(nanoseconds) ns if all of it runs once"
    }
}

extension Helper {
    /// Whether it reads memory that may not be there.
    var readsMemory: Bool {
        switch self {
        case .probeReadUser, .probeReadKernel, .probeReadUserString, .probeReadKernelString: true
        default: false
        }
    }

    /// What a call costs, as measured on Linux 6.18; the ring's reservation includes that of sending.
    var nanoseconds: Int {
        switch self {
        case .mapLookupElement: 40
        case .mapUpdateElement, .mapDeleteElement: 250
        case .ringOutput, .ringReserve: 180
        case .ringSubmit: 0
        case .getStack: 500
        case .probeReadUser, .probeReadKernel, .probeReadUserString, .probeReadKernelString: 20
        case .ktimeGetNs: 20
        default: 5
        }
    }
}
