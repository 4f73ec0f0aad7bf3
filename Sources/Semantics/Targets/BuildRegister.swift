// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// The DWARF numbers of the x86-64 registers that hold the first six arguments, in the order of these.
    private static let argumentRegisters: [Int64] = [5, 4, 1, 2, 8, 9]
    /// What the kernel's `struct pt_regs` calls the x86-64 registers, by their DWARF numbers.
    private static let savedRegisters = [
        "ax", "dx", "cx", "bx", "si", "di", "bp", "sp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ip",
    ]

    /// `@kregister(n)` and `@uregister(n)`: a register of the kernel's or the process's code by its DWARF number.
    func buildRegister(isUser: Bool, _ number: Expression, _ token: Token) -> Node {
        guard let register = build(number).constant else {
            return fail("the number of a register must be a constant", number.token)
        }
        guard Self.savedRegisters.indices.contains(Int(clamping: register)) else {
            return fail("no register has the DWARF number \(register) (there are 0 to 16)", number.token)
        }
        guard probe?.event.isKernel == true else {
            let problem = "registers are known in the probes of kernel events only"
            return Node(token, .failed(Diagnostic(.semanticError, problem, tokens: [token])))
        }
        return isUser ? savedRegister(Self.savedRegisters[Int(register)], token) : argumentRegister(register, token)
    }

    private func argumentRegister(_ register: Int64, _ token: Token) -> Node {
        guard case .function(_, isReturn: false, _)? = probe?.event,
            let position = Self.argumentRegisters.firstIndex(of: register)
        else {
            let problem =
                "@kregister(\(register)) is not supported: known are the registers of the arguments (5, 4, 1, 2, 8, 9) "
                + "when a function is entered"
            return Node(token, .failed(Diagnostic(.semanticError, problem, tokens: [token])))
        }
        return Node(token, .builtin(.rawArgument, [Node(token, .integer(Int64(position + 1)))]))
    }

    /// A register of the process as the kernel saved it, at the top of the task's kernel stack of 16 KiB.
    private func savedRegister(_ name: String, _ token: Token) -> Node {
        let walker = PlaceWalker(types: types, token: token)
        do throws(Diagnostic) {
            guard let task = types.catalog.findType("struct task_struct", module: nil),
                let registers = types.catalog.findType("struct pt_regs", module: nil),
                let member = types.member(name, of: registers)
            else { throw walker.problem("the kernel's BTF has no 'struct pt_regs' of x86-64") }
            let stack = try walker.member(
                memberToken("stack", token),
                of: Place(
                    location: .value(Node(token, .builtin(.taskCurrent, []))),
                    type: CarriedType(type: task, pointers: 1), text: "task"))
            let top = try walker.value(of: stack)
            let size = types.size(CarriedType(type: registers))
            let saved = walker.add(top, 16384 - Int64(size))
            let start = Place(location: .memory(saved), type: CarriedType(type: registers), text: "pt_regs")
            return try walker.value(of: walker.place(of: member, at: saved, from: start, text: "pt_regs->\(name)"))
        } catch {
            return Node(token, .failed(error))
        }
    }

    private func memberToken(_ name: String, _ token: Token) -> Token {
        Token(kind: .identifier, content: ByteString(name), location: token.location)
    }
}
