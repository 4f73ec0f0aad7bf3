// SPDX-License-Identifier: GPL-3.0-or-later

/// Where a processor's calling convention keeps things in the `pt_regs` that a kprobe is given; offsets in bytes.
public struct RegisterTable: Sendable, Hashable {
    /// The offsets of the registers that hold the first arguments.
    public var arguments: [Int]
    /// The offset of the register of the return value.
    public var result: Int
    /// The offset of the stack pointer.
    public var stackPointer: Int
    /// How far above the stack pointer at entry the first argument on the stack is.
    public var stackArguments: Int
    /// What a return probe's stack pointer is above the same call's at entry.
    public var returnAdjustment: Int

    /// x86-64: `struct pt_regs` of arch/x86/include/asm/ptrace.h.
    public static let x86 = RegisterTable(
        arguments: [112, 104, 96, 88, 72, 64], result: 80, stackPointer: 152, stackArguments: 8, returnAdjustment: 8)
    /// arm64: `struct user_pt_regs` of arch/arm64/include/uapi/asm/ptrace.h.
    public static let arm64 = RegisterTable(
        arguments: [0, 8, 16, 24, 32, 40, 48, 56], result: 0, stackPointer: 248, stackArguments: 0,
        returnAdjustment: 0)

    /// The table of the processor that this code was compiled for.
    public static var current: RegisterTable {
        #if arch(arm64)
            arm64
        #else
            x86
        #endif
    }
}
