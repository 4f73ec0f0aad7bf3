// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// `@var("name@file", "module")`: a variable of the kernel, where its symbol says that it is.
    func buildVariable(
        _ name: ByteString, _ module: ByteString?, _ target: TargetExpression, _ token: Token
    ) throws(Diagnostic) -> Node {
        // The file tells variables of one name apart; the kernel's symbols say nothing of files.
        let plain = String(name.description.prefix { $0 != "@" })
        let place = module?.description ?? "kernel"
        if place.hasPrefix("/") {
            throw unresolved("the variables of programs are not known: BTF describes the kernel only", token)
        }
        switch types.catalog.variable(plain, module: place == "kernel" ? nil : place) {
        case .absent: throw unresolved("no variable '\(plain)' in \(place)", token)
        case .refused(let reason): throw unresolved(reason, token)
        case .found(let variable):
            let address = try self.address(of: variable, token)
            guard let type = variable.type else {
                guard target.isAddress, target.steps.isEmpty else {
                    throw unresolved(
                        "BTF does not tell the type of '\(plain)': use @cast(&@var(\"\(name)\"), \"TYPE\")", token)
                }
                return address
            }
            let start = Place(
                location: .memory(address), type: CarriedType(type: type), text: "@var(\"\(plain)\")")
            return try finish(start, target, token)
        }
    }

    private func unresolved(_ reason: String, _ token: Token) -> Diagnostic {
        Diagnostic(
            .semanticError, "unresolved @var() expression", tokens: [token],
            chain: [Diagnostic(.semanticError, reason)], site: "@var")
    }

    /// The address; of a per-CPU variable, that of the CPU at hand.
    private func address(of variable: KernelVariable, _ token: Token) throws(Diagnostic) -> Node {
        let symbol = Node(token, .integer(Int64(bitPattern: variable.address)))
        guard variable.isPerCPU else { return symbol }
        guard case .found(let offsets) = types.catalog.variable("__per_cpu_offset", module: nil) else {
            throw unresolved("it is a per-CPU variable, and this kernel does not tell where those of a CPU are", token)
        }
        let index = Node(token, .binary(.multiply, Node(token, .builtin(.cpu, [])), Node(token, .integer(8))))
        let entry = Node(
            token, .binary(.add, index, Node(token, .integer(Int64(bitPattern: offsets.address)))))
        let offset = Node(
            token,
            .load(address: entry, MemoryAccess(shape: IntegerShape(size: 8, isSigned: false), isUser: false)))
        return Node(token, .binary(.add, offset, symbol))
    }
}
