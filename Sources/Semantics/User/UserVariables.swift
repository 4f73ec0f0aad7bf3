// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The `$variables` of system calls and markers. Functions of programs have none: their types are not known.
extension Builder {
    /// The event of user space that is probed.
    var userEvent: UserEvent? {
        if case .user(let event, _)? = probe?.event { return event }
        return nil
    }

    /// The names that an event of user space has.
    static func userNames(_ event: UserEvent) -> [String] {
        switch event {
        case .life, .function: []
        case .systemCall(let isReturn):
            ["$syscall"] + (1...6).map { "$arg\($0)" } + (isReturn ? ["$return"] : [])
        case .marker(let marker, _):
            MarkerArgument.parse(marker.arguments).indices.map { "$arg\($0 + 1)" }
        }
    }

    /// Where `$name` is; nil when the event has no such variable.
    func userPlace(_ name: String, _ event: UserEvent, _ walker: PlaceWalker) throws(Diagnostic) -> Place? {
        guard Self.userNames(event).contains(name) else { return nil }
        switch event {
        case .life, .function: return nil
        case .systemCall(let isReturn):
            return place(try systemCallValue(name, isReturn: isReturn, walker), name)
        case .marker(let marker, let place):
            guard let number = Int(name.dropFirst(4)) else { return nil }
            let argument = MarkerArgument.parse(marker.arguments)[number - 1]
            return self.place(try value(of: argument, name, place, walker), name)
        }
    }

    /// A number as wide as a register, of the type `long`.
    private func place(_ node: Node, _ name: String) -> Place {
        let type = CarriedType(type: types.catalog.findType("long", module: nil) ?? .void)
        return Place(location: .value(node), type: type, text: name)
    }

    /// `sys_enter` has the registers and the number; `sys_exit` the registers and the result.
    private func systemCallValue(
        _ name: String, isReturn: Bool, _ walker: PlaceWalker
    ) throws(Diagnostic) -> Node {
        let long = IntegerShape(size: 8, isSigned: true)
        if name == "$return" || (name == "$syscall" && !isReturn) { return Node(walker.token, .argument(1, long)) }
        let word: Int
        #if arch(arm64)
            // The first argument's register takes the result; the kernel keeps what it was behind the others.
            word = name == "$syscall" ? 35 : name == "$arg1" ? 34 : (Int(name.dropFirst(4)) ?? 1) - 1
        #else
            let registers = ["di", "si", "dx", "r10", "r8", "r9"]
            let register =
                name == "$syscall" ? "orig_ax" : registers[min(max((Int(name.dropFirst(4)) ?? 1) - 1, 0), 5)]
            word = RegisterName(register)?.word ?? 0
        #endif
        let address = walker.add(Node(walker.token, .argument(0, long)), Int64(word * 8))
        #if arch(arm64)
            let shape = name == "$syscall" ? IntegerShape(size: 4, isSigned: true) : long
        #else
            let shape = long
        #endif
        return Node(walker.token, .load(address: address, MemoryAccess(shape: shape, isUser: false)))
    }

    private func value(
        of argument: MarkerArgument, _ name: String, _ place: UserPlace, _ walker: PlaceWalker
    ) throws(Diagnostic) -> Node {
        let token = walker.token
        switch argument.operand {
        case .constant(let value): return sized(Node(token, .integer(value)), argument, token)
        case .register(let register):
            var node = self.register(register, token)
            if register.size > argument.size || register.size == 8 { node = sized(node, argument, token) }
            if register.size < 8, argument.isSigned { node = sized(node, argument, token) }
            return node
        case .memory(let base, let index, let scale, let offset, let symbol):
            let address = try self.address(base, index, scale, offset, symbol, name, place, walker)
            let shape = IntegerShape(size: UInt8(argument.size), isSigned: argument.isSigned)
            return Node(token, .load(address: address, MemoryAccess(shape: shape, isUser: true)))
        case .unknown(let text):
            throw walker.problem("'\(name)' is not supported: the marker has it at '\(text)'")
        }
    }

    private func address(
        _ base: RegisterName?, _ index: RegisterName?, _ scale: Int64, _ offset: Int64, _ symbol: String?,
        _ name: String, _ place: UserPlace, _ walker: PlaceWalker
    ) throws(Diagnostic) -> Node {
        let token = walker.token
        var address = Node(token, .integer(offset))
        let isRelative = base?.word == RegisterName.instructionPointer
        if let symbol {
            guard let target = types.catalog.symbolAddress(symbol, in: place.program) else {
                throw walker.problem("'\(name)' cannot be found: '\(place.program.path)' has no symbol '\(symbol)'")
            }
            // Where the program was loaded shows in where the marker is.
            let distance = Int64(bitPattern: target &- place.address) &+ offset
            address = walker.add(register(RegisterName(word: RegisterName.instructionPointer), token), distance)
            if isRelative { return address }
        } else if isRelative {
            return walker.add(register(RegisterName(word: RegisterName.instructionPointer), token), offset)
        }
        if let base { address = Node(token, .binary(.add, register(base, token), address)) }
        if let index {
            let scaled = Node(token, .binary(.multiply, register(index, token), Node(token, .integer(scale))))
            address = Node(token, .binary(.add, address, scaled))
        }
        return address
    }

    /// The value of a register, zero-extended where its name means a part.
    func register(_ register: RegisterName, _ token: Token) -> Node {
        var node = Node(token, .builtin(.rawRegister, [Node(token, .integer(Int64(register.word)))]))
        if register.shift > 0 {
            node = Node(token, .binary(.shiftRightLogical, node, Node(token, .integer(Int64(register.shift)))))
        }
        guard register.size < 8 else { return node }
        let mask = Int64(bitPattern: (1 << UInt64(register.size * 8)) - 1)
        return Node(token, .binary(.and, node, Node(token, .integer(mask))))
    }

    /// A value cut to an argument's bytes and extended as its sign says.
    private func sized(_ node: Node, _ argument: MarkerArgument, _ token: Token) -> Node {
        guard argument.size < 8 else { return node }
        let bits = Int64(64 - argument.size * 8)
        if argument.isSigned {
            let raised = Node(token, .binary(.shiftLeft, node, Node(token, .integer(bits))))
            return Node(token, .binary(.shiftRight, raised, Node(token, .integer(bits))))
        }
        let mask = Int64(bitPattern: (1 << UInt64(argument.size * 8)) - 1)
        return Node(token, .binary(.and, node, Node(token, .integer(mask))))
    }

    /// `$$name`, `$$provider`, `$$vars`, `$$parms`.
    func buildUserString(_ name: String, _ event: UserEvent, _ walker: PlaceWalker) throws(Diagnostic) -> Node {
        if case .marker(let marker, _) = event {
            if name == "$$name" { return Node(walker.token, .string(ByteString(marker.name))) }
            if name == "$$provider" { return Node(walker.token, .string(ByteString(marker.provider))) }
        }
        let names = Self.userNames(event)
        guard name == "$$vars" || name == "$$parms", !names.isEmpty else {
            throw unknownUserVariable(name, event, walker)
        }
        let wanted = name == "$$vars" ? names : names.filter { $0 != "$return" && $0 != "$syscall" }
        var pieces: [FormatPiece] = []
        var arguments: [Node] = []
        for variable in wanted {
            let label = (pieces.isEmpty ? "" : " ") + variable.dropFirst() + "="
            do {
                guard let place = try userPlace(variable, event, walker) else { continue }
                arguments.append(try walker.value(of: place))
                pieces.append(.literal(ByteString(String(label))))
                pieces.append(.directive(flag: .alternate, width: .none, precision: .none, conversion: .hexLower))
            } catch {
                pieces.append(.literal(ByteString(label + "?")))
            }
        }
        return Node(walker.token, .print(returnsString: true, .format(pieces.joined()), arguments))
    }

    /// The error for what an event of user space does not have.
    func unknownUserVariable(_ name: String, _ event: UserEvent, _ walker: PlaceWalker) -> Diagnostic {
        let plain = name.drop { $0 == "$" }
        var names = Self.userNames(event)
        let owner: String
        switch event {
        case .life: return walker.problem("'\(name)' is not known: the probe of a process has no variables")
        case .function(let place, let isReturn):
            let way =
                isReturn
                ? "use returnval(), or @entry(long_arg(n)) for what it was called with"
                : "use int_arg(n), long_arg(n), pointer_arg(n) …, user_string(pointer_arg(n))"
            return walker.problem(
                "'\(name)' is not known: without debuginfo nothing is known of the variables and types of "
                    + "'\(place.name)'; \(way), and @cast(value, \"type\") for types")
        case .systemCall: owner = "a system call"
        case .marker(let marker, _):
            owner = "the marker '\(marker.name)'"
            names += ["$$name", "$$provider"]
        }
        return walker.problem(
            "unable to find '\(plain)' of \(owner) (alternatives: \(names.joined(separator: " ")))")
    }
}
