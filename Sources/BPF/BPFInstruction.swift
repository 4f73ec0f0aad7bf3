// SPDX-License-Identifier: GPL-3.0-or-later

/// One 8-byte instruction as the kernel takes it (`struct bpf_insn`, linux/bpf.h); `ld_imm64` takes two.
public struct BPFInstruction: Sendable, Hashable {
    /// Class, operation or mode, and size or source; see `Opcode`.
    public var opcode: UInt8
    /// The destination register, 0…10.
    public var destination: UInt8
    /// The source register, or a pseudo source such as `PseudoSource.mapValue`.
    public var source: UInt8
    /// The displacement of a memory access, or the distance of a jump in instructions from the next one.
    public var offset: Int16
    /// The immediate operand.
    public var immediate: Int32

    /// Creates an instruction.
    public init(
        opcode: UInt8, destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0
    ) {
        self.opcode = opcode
        self.destination = destination
        self.source = source
        self.offset = offset
        self.immediate = immediate
    }

    /// The 64 bits of the instruction as a little-endian machine reads them from memory.
    public var encoded: UInt64 {
        UInt64(opcode) | UInt64(destination & 15) << 8 | UInt64(source & 15) << 12
            | UInt64(UInt16(bitPattern: offset)) << 16 | UInt64(UInt32(bitPattern: immediate)) << 32
    }

    /// Whether it reads or writes a register by name: what helpers take and clobber is not told.
    func names(_ register: Register) -> Bool {
        let isPair = opcode == Opcode.loadImmediate64
        return opcode != 0 && (destination == register.rawValue || !isPair && source == register.rawValue)
    }

    /// Decodes an instruction.
    public init(encoded: UInt64) {
        opcode = UInt8(truncatingIfNeeded: encoded)
        destination = UInt8(truncatingIfNeeded: encoded >> 8) & 15
        source = UInt8(truncatingIfNeeded: encoded >> 12) & 15
        offset = Int16(truncatingIfNeeded: encoded >> 16)
        immediate = Int32(truncatingIfNeeded: encoded >> 32)
    }
}

/// A register. r0 takes results, r1…r5 arguments (all lost at a call), r6…r9 survive calls, r10 is the frame.
public enum Register: UInt8, Sendable, Hashable, CaseIterable {
    case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10
}

/// What the source register of `ld_imm64` says of its immediate.
public enum PseudoSource {
    /// The immediate is a map's file descriptor; the register becomes the map.
    public static let mapDescriptor: UInt8 = 1
    /// The low immediate is a map's file descriptor, the high one an offset; the register becomes the address in
    /// the map's first value (Linux 5.2).
    public static let mapValue: UInt8 = 2
    /// The immediate is the distance to a function of the program; the register becomes its address (Linux 5.13).
    public static let function: UInt8 = 4
}
