// SPDX-License-Identifier: GPL-3.0-or-later

@testable import BPF

/// What a program did that the kernel would not let it do.
struct MachineFault: Error, CustomStringConvertible {
    var description: String
}

/// Runs programs in user space: every read must be of something written, every access within something there is.
final class Machine {
    /// A piece of memory that a program may access directly.
    final class Region {
        let base: UInt64
        var bytes: [UInt8]
        var isWritten: [Bool]

        init(base: UInt64, size: Int, isWritten: Bool) {
            self.base = base
            bytes = Array(repeating: isWritten ? 0 : 0xa5, count: size)
            self.isWritten = Array(repeating: isWritten, count: size)
        }

        func set(_ offset: Int, _ value: UInt64) {
            for byte in 0..<8 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)) }
        }

        func word(_ offset: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
        }
    }

    private var registers: [UInt64?] = []
    private var regions: [Region] = []
    private var nextBase: UInt64 = 0x5a5a_1000_0000
    let control: Region
    let counters: Region
    var zeros: Region?
    /// The saved entries by key, each with the size of its map.
    var entries: [[UInt8]: Region] = [:]
    var entrySpec: MapSpec?
    var isEntryMapFull = false
    var isRingFull = false
    /// The records that were submitted.
    var records: [[UInt8]] = []
    private var reserved: Region?
    /// Reads memory that only helpers reach; the flag is for user memory.
    var memory: (UInt64, Int, Bool) -> [UInt8]? = { _, _, _ in nil }
    var facts = Facts()
    /// The number of instructions executed by all runs.
    private(set) var steps = 0

    /// What helpers say of the event.
    struct Facts {
        var pid: UInt32 = 100
        var tid: UInt32 = 101
        var uid: UInt32 = 1000
        var gid: UInt32 = 1001
        var processor: UInt32 = 3
        var time: UInt64 = 123_456_789_012
        var jiffies: UInt64 = 4_294_937_296
        var task: UInt64 = 0xffff_8880_1234_5600
        var command = "machine"
        var cookie: UInt64 = 0
        /// Arguments and, behind them, the result, for `bpf_get_func_arg`.
        var arguments: [UInt64] = []
        var argumentCount = 0
    }

    init(counters layout: CounterLayout, probeGates: Int = 0) {
        control = Region(
            base: 0x5a5a_0010_0000, size: ControlLayout.probeGate(probeGates), isWritten: true)
        counters = Region(base: 0x5a5a_0020_0000, size: layout.size, isWritten: true)
        regions = [control, counters]
    }

    func makeRegion(size: Int, isWritten: Bool) -> Region {
        let region = Region(base: nextBase, size: size, isWritten: isWritten)
        nextBase += UInt64(size + 0xfff) & ~0xfff + 0x1_0000
        regions.append(region)
        return region
    }

    /// Runs a program on a context of words; `base` fixes the context's address. Returns r0.
    @discardableResult
    func run(_ program: BPFProgram, context words: [UInt64], base: UInt64 = 0x5a5c_0000_0000) throws -> UInt64 {
        let before = regions
        defer {
            regions =
                before.filter { $0 !== reserved }
                + regions.filter { region in
                    entries.values.contains { $0 === region } && !before.contains { $0 === region }
                }
        }
        let context = Region(base: base, size: words.count * 8, isWritten: true)
        for (index, word) in words.enumerated() { context.set(index * 8, word) }
        let stack = Region(base: 0x5a5b_7fff_0000, size: 512, isWritten: false)
        regions += [context, stack]
        registers = Array(repeating: nil, count: 11)
        registers[1] = context.base
        registers[10] = stack.base + 512
        let maps = Dictionary(uniqueKeysWithValues: program.relocations.map { ($0.index, $0.map) })
        var index = 0
        for _ in 0..<1_000_000 {
            guard program.instructions.indices.contains(index) else {
                throw MachineFault(description: "left the program")
            }
            steps += 1
            let instruction = program.instructions[index]
            if instruction.opcode == Opcode.exit {
                guard reserved == nil else { throw MachineFault(description: "exit with a reserved record") }
                return try get(0)
            }
            do {
                index = try step(instruction, at: index, program, maps)
            } catch let fault as MachineFault {
                throw MachineFault(description: "\(index): \(fault.description)")
            }
        }
        throw MachineFault(description: "does not end")
    }

    // MARK: Registers and memory

    private func get(_ register: Int) throws -> UInt64 {
        guard let value = registers[register] else { throw MachineFault(description: "r\(register) is not set") }
        return value
    }

    private func find(_ address: UInt64, _ size: Int) throws -> (Region, Int) {
        for region in regions where address >= region.base {
            let offset = address - region.base
            if offset + UInt64(size) <= UInt64(region.bytes.count) { return (region, Int(offset)) }
        }
        throw MachineFault(description: "access of \(size) bytes at \(String(address, radix: 16))")
    }

    func read(_ address: UInt64, _ size: Int) throws -> [UInt8] {
        let (region, offset) = try find(address, size)
        guard !region.isWritten[offset..<offset + size].contains(false) else {
            throw MachineFault(description: "reads what was never written, at \(offset) of \(region.bytes.count)")
        }
        return Array(region.bytes[offset..<offset + size])
    }

    func write(_ address: UInt64, _ bytes: [UInt8]) throws {
        let (region, offset) = try find(address, bytes.count)
        for (index, byte) in bytes.enumerated() {
            region.bytes[offset + index] = byte
            region.isWritten[offset + index] = true
        }
    }

    private func number(_ bytes: [UInt8]) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    private func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    // MARK: Instructions

    private func step(
        _ instruction: BPFInstruction, at index: Int, _ program: BPFProgram, _ maps: [Int: MapReference]
    ) throws -> Int {
        let destination = Int(instruction.destination)
        let source = Int(instruction.source)
        let offset = UInt64(bitPattern: Int64(instruction.offset))
        let immediate = UInt64(bitPattern: Int64(instruction.immediate))
        let size = (AccessSize(rawValue: instruction.opcode & 0x18) ?? .double).bytes
        let operand = { try instruction.opcode & Opcode.sourceRegister != 0 ? self.get(source) : immediate }
        switch instruction.opcode & 7 {
        case Opcode.classLD:
            let high = program.instructions[index + 1].immediate
            registers[destination] = try wideLoad(instruction, high, maps[index])
            return index + 2
        case Opcode.classLDX: registers[destination] = number(try read(get(source) &+ offset, size))
        case Opcode.classST: try write(get(destination) &+ offset, bytes(immediate, size))
        case Opcode.classSTX where instruction.opcode & 0xe0 == Opcode.modeAtomic:
            let address = try get(destination) &+ offset
            try write(address, bytes(number(read(address, size)) &+ get(source), size))
        case Opcode.classSTX: try write(get(destination) &+ offset, bytes(get(source), size))
        case Opcode.classALU64:
            let operation = ALUOperation(rawValue: instruction.opcode & 0xf0)
            let left = operation == .move ? 0 : try get(destination)
            registers[destination] = try arithmetic(operation, left, operation == .negate ? 0 : operand())
            if destination == 10 { throw MachineFault(description: "writes r10") }
        case Opcode.classALU32:
            guard ALUOperation(rawValue: instruction.opcode & 0xf0) == .move else {
                throw MachineFault(description: "unknown 32-bit operation")
            }
            registers[destination] = try operand() & 0xffff_ffff
        case Opcode.classJMP where instruction.opcode == Opcode.call:
            guard let helper = Helper(rawValue: instruction.immediate) else {
                throw MachineFault(description: "unknown helper \(instruction.immediate)")
            }
            let result = try call(helper)
            for register in 1...5 { registers[register] = nil }
            registers[0] = result
        case Opcode.classJMP:
            if instruction.opcode == Opcode.jump { return index + 1 + Int(instruction.offset) }
            guard let condition = JumpCondition(rawValue: instruction.opcode & 0xf0) else {
                throw MachineFault(description: "unknown jump")
            }
            if holds(condition, try get(destination), try operand()) { return index + 1 + Int(instruction.offset) }
        default: throw MachineFault(description: "unknown instruction \(instruction.opcode)")
        }
        return index + 1
    }

    private func wideLoad(_ instruction: BPFInstruction, _ high: Int32, _ map: MapReference?) throws -> UInt64 {
        guard let map else {
            return UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: instruction.immediate))
        }
        guard instruction.source == PseudoSource.mapValue else {
            switch map {
            case .ring: return 0xdead_0001
            case .entries(let number): return 0xdead_1000 + UInt64(number)
            default: throw MachineFault(description: "map of \(map)")
            }
        }
        switch map {
        case .control: return control.base + UInt64(high)
        case .counters: return counters.base + UInt64(high)
        case .zeros:
            if let zeros { return zeros.base + UInt64(high) }
            fallthrough
        default: throw MachineFault(description: "value of \(map)")
        }
    }

    private func arithmetic(_ operation: ALUOperation?, _ left: UInt64, _ right: UInt64) throws -> UInt64 {
        switch operation {
        case .add: return left &+ right
        case .subtract: return left &- right
        case .multiply: return left &* right
        case .divide: return right == 0 ? 0 : left / right
        case .modulo: return right == 0 ? left : left % right
        case .or: return left | right
        case .and: return left & right
        case .xor: return left ^ right
        case .negate: return 0 &- left
        case .move: return right
        case .shiftLeft, .shiftRight, .shiftRightArithmetic:
            guard right < 64 else { throw MachineFault(description: "shift by \(right)") }
            if operation == .shiftLeft { return left << right }
            if operation == .shiftRight { return left >> right }
            return UInt64(bitPattern: Int64(bitPattern: left) >> Int64(right))
        case nil: throw MachineFault(description: "unknown operation")
        }
    }

    private func holds(_ condition: JumpCondition, _ left: UInt64, _ right: UInt64) -> Bool {
        let (first, second) = (Int64(bitPattern: left), Int64(bitPattern: right))
        switch condition {
        case .equal: return left == right
        case .notEqual: return left != right
        case .greater: return left > right
        case .greaterOrEqual: return left >= right
        case .less: return left < right
        case .lessOrEqual: return left <= right
        case .signedGreater: return first > second
        case .signedGreaterOrEqual: return first >= second
        case .signedLess: return first < second
        case .signedLessOrEqual: return first <= second
        case .anyBit: return left & right != 0
        }
    }

    // MARK: Helpers

    private func call(_ helper: Helper) throws -> UInt64 {
        switch helper {
        case .ktimeGetNs: return facts.time
        case .jiffies: return facts.jiffies
        case .getProcessorID: return UInt64(facts.processor)
        case .getCurrentPidTgid: return UInt64(facts.pid) << 32 | UInt64(facts.tid)
        case .getCurrentUidGid: return UInt64(facts.gid) << 32 | UInt64(facts.uid)
        case .getCurrentTask: return facts.task
        case .getAttachCookie: return facts.cookie
        case .getCurrentCommand:
            let size = Int(try get(2))
            let text = Array(facts.command.utf8.prefix(size - 1))
            try write(get(1), text + Array(repeating: 0, count: size - text.count))
            return 0
        case .getFunctionArgument:
            try write(get(3), bytes(facts.arguments[Int(get(2))], 8))
            return 0
        case .getFunctionResult:
            try write(get(2), bytes(facts.arguments[facts.argumentCount], 8))
            return 0
        case .probeReadKernel, .probeReadUser: return try probeRead(isUser: helper == .probeReadUser)
        case .probeReadKernelString, .probeReadUserString:
            return try probeReadString(isUser: helper == .probeReadUserString)
        case .loop, .forEachMapElement, .getStack, .getCurrentTaskBTF, .taskRegisters, .perfEventReadValue, .ringOutput:
            throw MachineFault(description: "no stacks, registers and perf events in this machine")
        case .ringReserve: return try reserve()
        case .ringSubmit: return try submit()
        case .mapLookupElement: return entries[try key()]?.base ?? 0
        case .mapDeleteElement: return entries.removeValue(forKey: try key()) == nil ? UInt64(bitPattern: -2) : 0
        case .mapUpdateElement: return try update()
        }
    }

    private func probeRead(isUser: Bool) throws -> UInt64 {
        let (target, size, source) = (try get(1), Int(try get(2)), try get(3))
        // Helpers may read what programs can access themselves.
        if !isUser, let own = try? read(source, size) {
            try write(target, own)
            return 0
        }
        guard let found = memory(source, size, isUser) else {
            try write(target, Array(repeating: 0, count: size))
            return UInt64(bitPattern: -14)
        }
        try write(target, found)
        return 0
    }

    private func probeReadString(isUser: Bool) throws -> UInt64 {
        let (target, size, source) = (try get(1), Int(try get(2)), try get(3))
        // The whole target counts as written, and the verifier wants it to be there.
        let (region, offset) = try find(target, size)
        for byte in offset..<offset + size { region.isWritten[byte] = true }
        for length in 0..<size {
            guard let byte = memory(source &+ UInt64(length), 1, isUser)?[0] else {
                try write(target, Array(repeating: 0, count: size))
                return UInt64(bitPattern: -14)
            }
            try write(target + UInt64(length), [length == size - 1 ? 0 : byte])
            if byte == 0 || length == size - 1 { return UInt64(length + 1) }
        }
        return UInt64(bitPattern: -14)
    }

    private func reserve() throws -> UInt64 {
        guard try get(1) == 0xdead_0001, try get(3) == 0 else { throw MachineFault(description: "no ring") }
        guard reserved == nil else { throw MachineFault(description: "two reserved records") }
        if isRingFull { return 0 }
        let region = makeRegion(size: Int(try get(2)), isWritten: false)
        reserved = region
        return region.base
    }

    private func submit() throws -> UInt64 {
        guard let region = reserved, try get(1) == region.base, try get(2) == 1 else {
            throw MachineFault(description: "submits what was not reserved, or wakes up")
        }
        records.append(region.bytes)
        regions.removeAll { $0 === region }
        reserved = nil
        return 0
    }

    private func key() throws -> [UInt8] {
        guard let entrySpec, case .entries(let number) = entrySpec.reference, try get(1) == 0xdead_1000 + UInt64(number)
        else { throw MachineFault(description: "not the entry map") }
        return try read(get(2), entrySpec.keySize)
    }

    private func update() throws -> UInt64 {
        let key = try key()
        guard let spec = entrySpec else { return 0 }
        let value = try read(get(3), spec.valueSize)
        if isEntryMapFull { return UInt64(bitPattern: -7) }
        let region = entries[key] ?? makeRegion(size: spec.valueSize, isWritten: true)
        region.bytes = value
        entries[key] = region
        return 0
    }
}
