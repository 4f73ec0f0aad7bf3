// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// The processor's registers by their names, in the order of the kernel's `struct pt_regs`.
enum RegisterNames {
    #if arch(arm64)
        static let order: [[String]] =
            (0..<31).map { ["x\($0)"] + ($0 == 29 ? ["fp"] : $0 == 30 ? ["lr"] : []) } + [["sp"], ["pc"], ["pstate"]]
        static let counter = "pc"
    #else
        static let order: [[String]] =
            ["r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di"]
            .map(names) + [["orig_rax", "orig_eax", "orig_ax"]] + [names("ip"), ["xcs", "cs"], names("flags")]
            + [names("sp"), ["xss", "ss"]]
        static let counter = "ip"

        /// A register with two letters is `rax`, `eax` and `ax`.
        private static func names(_ name: String) -> [String] {
            switch name {
            case "flags": ["rflags", "eflags", "flags"]
            case let name where name.count == 2 && !name.hasPrefix("r"): ["r" + name, "e" + name, name]
            default: [name]
            }
        }
    #endif

    /// The place of a register; nil for an unknown name.
    static func index(_ name: String) -> Int? { order.firstIndex { $0.contains(name) } }
}

/// The registers of an event.
extension Evaluator {
    func registerBuiltin(_ builtin: Builtin, _ arguments: BuiltinArguments) -> BuiltinResult {
        let isUser = builtin == .userRegister || builtin == .uaddr
        switch builtin {
        case .registersValid: return .integer(registers(isUser: false) == nil ? 0 : 1)
        case .uaddr: return .integer(RegisterNames.index(RegisterNames.counter).flatMap(value(isUser: true)) ?? 0)
        case .printRegisters:
            printRegisters()
            return .nothing
        default:
            let name = ByteString(arguments.string(0)).description
            guard let index = RegisterNames.index(name) else {
                return .failed(.message("Unknown register: \(name)"))
            }
            guard let value = value(isUser: isUser)(index) else {
                return .failed(.message("cannot access CPU registers in this context"))
            }
            return .integer(value)
        }
    }

    /// Where the record has the registers; nil where the event has none.
    private func registers(isUser: Bool) -> UnsafeRawPointer? {
        guard let record, let slot = slotFacts[.registers(isUser: isUser)] else { return nil }
        let place = record + Int(slotOffsets[slot])
        return place.load(as: Int64.self) == 1 ? place + 8 : nil
    }

    private func value(isUser: Bool) -> (Int) -> Int64? {
        { index in self.registers(isUser: isUser)?.load(fromByteOffset: 8 * index, as: Int64.self) }
    }

    private func printRegisters() {
        guard registers(isUser: false) != nil else { return }
        let place = output.reserve(2048)
        var writer = TextWriter(place, capacity: 2048)
        #if arch(arm64)
            let pairs = (0..<15).map { ["x\($0 * 2)", "x\($0 * 2 + 1)"] }
            let lines = [["pc"], ["sp"], ["pstate"]] + pairs + [["x30"]]
        #else
            let lines = [
                ["rip"], ["rsp", "rflags"], ["rax", "rbx", "rcx"], ["rdx", "rsi", "rdi"], ["rbp", "r8", "r9"],
                ["r10", "r11", "r12"], ["r13", "r14", "r15"],
            ]
        #endif
        for line in lines {
            for (index, name) in line.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: " ")) }
                let value = RegisterNames.index(name).flatMap(self.value(isUser: false)) ?? 0
                let digits = String(UInt64(bitPattern: value), radix: 16)
                let label = name == "rflags" ? "EFLAGS" : name.uppercased()
                writer.append(Array("\(label): \(String(repeating: "0", count: 16 - digits.count))\(digits)".utf8))
            }
            writer.append(UInt8(ascii: "\n"))
        }
        output.commit(writer.count)
    }
}
