// SPDX-License-Identifier: GPL-3.0-or-later

/// Where one argument of a marker is: `-4@%edi`, `8@-16(%rbp)`, `4@$5`, `8@table(%rip)`, `8@8(%rax,%rbx,8)`.
struct MarkerArgument: Equatable {
    /// An operand of the assembler.
    enum Operand: Equatable {
        case constant(Int64)
        case register(RegisterName)
        /// Memory at base + index * scale + offset; a symbol's address is added where one is named.
        case memory(base: RegisterName?, index: RegisterName?, scale: Int64, offset: Int64, symbol: String?)
        /// What no rule above covers, as it is written.
        case unknown(String)
    }

    /// The bytes that it has.
    let size: Int
    let isSigned: Bool
    let operand: Operand

    /// Splits the arguments of a note: at the spaces, but not inside parentheses.
    static func parse(_ text: String) -> [MarkerArgument] {
        var words: [[UInt8]] = [[]]
        var depth = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") { depth -= 1 }
            if byte == UInt8(ascii: " "), depth == 0 {
                words.append([])
            } else {
                words[words.count - 1].append(byte)
            }
        }
        return words.filter { !$0.isEmpty }.map { MarkerArgument(String(decoding: $0, as: UTF8.self)) }
    }

    init(_ text: String) {
        var rest = Substring(text)
        var bytes: Int64?
        // `8f@` is a floating-point value: nothing that a script could have.
        if let at = text.firstIndex(of: "@"), let number = Int64(text[..<at]), [1, 2, 4, 8].contains(number.magnitude) {
            bytes = number
            rest = text[text.index(after: at)...]
        } else if text.contains("@"), Int64(text.prefix { $0 == "-" || $0.isNumber }) != nil {
            size = 8
            isSigned = false
            operand = .unknown(text)
            return
        }
        size = Int((bytes ?? -8).magnitude)
        isSigned = (bytes ?? -8) < 0
        operand = Self.operand(rest) ?? .unknown(text)
    }

    private static func operand(_ text: Substring) -> Operand? {
        #if arch(arm64)
            return armOperand(text)
        #else
            if text.hasPrefix("$") { return integer(text.dropFirst()).map { .constant($0) } }
            if text.hasPrefix("%"), !text.contains("(") {
                return RegisterName(String(text.dropFirst())).map { .register($0) }
            }
            return memory(text)
        #endif
    }

    #if arch(arm64)
        /// `x0`, `5`, `[sp, 16]`.
        private static func armOperand(_ text: Substring) -> Operand? {
            if let value = integer(text) { return .constant(value) }
            if text.hasPrefix("["), text.hasSuffix("]") {
                let parts = text.dropFirst().dropLast().split(separator: ",").map { $0.drop { $0 == " " } }
                guard let first = parts.first, let base = RegisterName(String(first)), parts.count <= 2 else {
                    return nil
                }
                let offset = parts.count == 2 ? integer(parts[1]) : 0
                return offset.map { .memory(base: base, index: nil, scale: 1, offset: $0, symbol: nil) }
            }
            return RegisterName(String(text)).map { .register($0) }
        }
    #endif

    /// `offset(base,index,scale)`, each part optional; the offset may be `symbol+n`.
    private static func memory(_ text: Substring) -> Operand? {
        var offset: Int64 = 0
        var symbol: String?
        let open = text.firstIndex(of: "(") ?? text.endIndex
        var front = text[..<open]
        // `%fs:` and its kin address memory that no register shows.
        if front.contains(":") || front.contains("%") { return nil }
        if let first = front.first, first.isLetter || first == "_" || first == "." {
            let name = front.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "$" }
            symbol = String(name)
            front = front.dropFirst(name.count)
        }
        if !front.isEmpty {
            guard let number = sum(front) else { return nil }
            offset = number
        }
        if front.isEmpty, symbol == nil, text.isEmpty || text == "()" { return nil }
        guard open < text.endIndex else {
            return .memory(base: nil, index: nil, scale: 1, offset: offset, symbol: symbol)
        }
        guard text.hasSuffix(")") else { return nil }
        let inner = text[text.index(after: open)...].dropLast()
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        guard (1...3).contains(parts.count) else { return nil }
        var registers: [RegisterName?] = []
        for part in parts.prefix(2) {
            if part.isEmpty {
                registers.append(nil)
            } else {
                guard part.hasPrefix("%"), let register = RegisterName(String(part.dropFirst())) else { return nil }
                registers.append(register)
            }
        }
        let scale = parts.count == 3 ? Int64(parts[2]) : 1
        guard let scale, [1, 2, 4, 8].contains(scale) else { return nil }
        let index = registers.count > 1 ? registers[1] : nil
        return .memory(base: registers[0], index: index, scale: scale, offset: offset, symbol: symbol)
    }

    /// `-16`, `+8`, `8+16`, `-8-4`.
    private static func sum(_ text: Substring) -> Int64? {
        var total: Int64 = 0
        var rest = text
        while !rest.isEmpty {
            var sign = ""
            while let first = rest.first, first == "-" || first == "+" {
                if first == "-" { sign = sign == "-" ? "" : "-" }
                rest = rest.dropFirst()
            }
            let digits = rest.prefix { $0 != "+" && $0 != "-" }
            guard let value = integer(sign + digits) else { return nil }
            total = total &+ value
            rest = rest.dropFirst(digits.count)
        }
        return total
    }

    private static func integer(_ text: some StringProtocol) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? text.dropFirst() : text[...]
        let value = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
        return value.map { isNegative ? 0 &- Int64(bitPattern: $0) : Int64(bitPattern: $0) }
    }
}
