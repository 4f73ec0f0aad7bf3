// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The registers that `@kregister(n)` and `@uregister(n)` number as DWARF does.
private enum DwarfRegisters {
    #if arch(arm64)
        static let names = (0..<31).map { "x\($0)" } + ["sp", "pc"]
        /// Those of the first arguments, in the order of these.
        static let arguments: [Int64] = Array(0..<8)
    #else
        static let names = [
            "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15",
            "rip",
        ]
        static let arguments: [Int64] = [5, 4, 1, 2, 8, 9]
    #endif
}

extension Builder {
    /// `@kregister(n)` and `@uregister(n)`: a register of the kernel's or the process's code by its DWARF number.
    func buildRegister(isUser: Bool, _ number: Expression, _ token: Token) -> Node {
        guard let register = build(number).constant else {
            return fail("the number of a register must be a constant", number.token)
        }
        guard DwarfRegisters.names.indices.contains(Int(clamping: register)) else {
            let last = DwarfRegisters.names.count - 1
            return fail("no register has the DWARF number \(register) (there are 0 to \(last))", number.token)
        }
        guard let event = probe?.event, event.isKernel else {
            return refused("registers are known in the probes of kernel events only", token)
        }
        let name = Node(token, .string(ByteString(DwarfRegisters.names[Int(register)])))
        if isUser { return Node(token, .builtin(.userRegister, [name])) }
        switch event {
        case .function(_, isReturn: false, _):
            // Arguments are there by fentry too.
            guard let position = DwarfRegisters.arguments.firstIndex(of: register) else { break }
            return Node(token, .builtin(.rawArgument, [Node(token, .integer(Int64(position + 1)))]))
        case .function, .address, .perf: break
        case .user: return refused("the registers of a process are those of @uregister(\(register))", token)
        default:
            return refused(
                "the kernel shows no registers at tracepoints and hooks: @kregister(\(register)) needs a probe of a "
                    + "function", token)
        }
        return Node(token, .builtin(.kernelRegister, [name]))
    }

    /// Only where it is not elided.
    private func refused(_ problem: String, _ token: Token) -> Node {
        Node(token, .failed(Diagnostic(.semanticError, problem, tokens: [token])))
    }
}
