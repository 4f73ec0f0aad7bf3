// SPDX-License-Identifier: GPL-3.0-or-later

/// Expressions with their values.
extension ModelState {
    static let operators = [
        "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "==", "!=", "<", "<=", ">", ">=", "&&", "||",
    ]

    mutating func long(_ depth: Int) -> (text: String, value: Int64) {
        guard depth > 0 else {
            if pick(3) > 0 {
                let place = pick(longs.count)
                return ("n\(place)", longs[place])
            }
            let value = number()
            return (literal(value), value)
        }
        switch pick(16) {
        case 0:
            let inner = long(depth - 1)
            return ("(-\(inner.text))", BitModel.negate(inner.value))
        case 1:
            let inner = long(depth - 1)
            return ("(~\(inner.text))", BitModel.add(BitModel.negate(inner.value), -1))
        case 2:
            let inner = long(depth - 1)
            return ("(!\(inner.text))", inner.value == 0 ? 1 : 0)
        case 3:
            let condition = long(depth - 1)
            let (yes, no) = pure { ($0.long(depth - 1), $0.long(depth - 1)) }
            return ("(\(condition.text) ? \(yes.text) : \(no.text))", condition.value != 0 ? yes.value : no.value)
        case 4: return comparison(depth - 1)
        case 5: return measured(depth - 1)
        case 6, 7: return effect(depth - 1)
        case 8:
            let inner = long(depth - 1)
            return ("same(\(inner.text))", inner.value)
        case 9:
            let (first, second, third) = (long(depth - 1), long(depth - 1), long(depth - 1))
            return (
                "choose(\(first.text), \(second.text), \(third.text))",
                first.value < second.value ? second.value : third.value
            )
        case 10:
            let key = long(0)
            return ("([\(key.text)] in byNumber)", byNumber[key.value] == nil ? 0 : 1)
        default: return binary(depth - 1)
        }
    }

    private mutating func pure<Result>(_ body: (inout ModelState) -> Result) -> Result {
        let outer = isPure
        isPure = true
        defer { isPure = outer }
        return body(&self)
    }

    private mutating func binary(_ depth: Int) -> (text: String, value: Int64) {
        let op = one(Self.operators)
        let left = long(depth)
        let before = self
        let right = op == "&&" || op == "||" ? pure { $0.long(depth) } : long(depth)
        guard let value = BitModel.binary(op, left.value, right.value) else {
            // A division by 0: the right side is left out, with its effects.
            (longs, byNumber, byText) = (before.longs, before.byNumber, before.byText)
            return left
        }
        return ("(\(left.text) \(op) \(right.text))", value)
    }

    private mutating func comparison(_ depth: Int) -> (text: String, value: Int64) {
        let isRaw = pick(2) == 0
        let (left, right) = isRaw ? (raw(), raw()) : (string(depth), string(depth))
        let (less, equal) = (TextModel.precedes(left.value, right.value), left.value == right.value)
        let op = one(["==", "!=", "<", "<=", ">", ">="])
        let value =
            switch op {
            case "==": equal
            case "!=": !equal
            case "<": less
            case "<=": less || equal
            case ">": !less && !equal
            default: !less
            }
        return ("(\(left.text) \(op) \(right.text))", value ? 1 : 0)
    }

    private mutating func raw() -> (text: String, value: TextModel.Bytes) {
        let place = pick(raws.count)
        return ("w\(place)", raws[place])
    }

    /// What is asked of strings.
    private mutating func measured(_ depth: Int) -> (text: String, value: Int64) {
        switch pick(6) {
        case 0:
            let inner = pick(2) == 0 ? raw() : string(depth)
            return ("strlen(\(inner.text))", Int64(inner.value.count))
        case 1:
            let (text, needle) = (string(depth), string(0))
            return (
                "isinstr(\(text.text), \(needle.text))", TextModel.position(needle.value, in: text.value) < 0 ? 0 : 1
            )
        case 2:
            let (text, needle) = (string(depth), literalText(["", "a", "b", "ab", "c", ".", "XY", "01"]))
            return ("strpos(\(text.text), \(needle.text))", TextModel.position(needle.value, in: text.value))
        case 3:
            let text = string(depth)
            let base = one([2, 8, 10, 10, 36] as [Int64])
            return ("strtol(\(text.text), \(base))", TextModel.number(text.value, base))
        case 4:
            let text = string(depth)
            let isDigit = text.value.first.map { (48...57).contains($0) } ?? false
            return ("isdigit(\(text.text))", isDigit ? 1 : 0)
        default:
            let text = raw()
            guard !text.value.isEmpty else { return ("strlen(\(text.text))", 0) }
            let place = pick(text.value.count)
            return ("stringat(\(text.text), \(place))", Int64(text.value[place]))
        }
    }

    private mutating func literalText(_ choices: [String]) -> (text: String, value: TextModel.Bytes) {
        let value = Array(one(choices).utf8)
        return (literal(value), value)
    }

    private mutating func effect(_ depth: Int) -> (text: String, value: Int64) {
        guard !isPure else { return long(0) }
        if pick(2) == 0 {
            let place = pick(longs.count)
            let old = longs[place]
            let (text, step, isOld) = one([
                ("n\(place)++", 1, true), ("++n\(place)", 1, false), ("n\(place)--", -1, true),
                ("--n\(place)", -1, false),
            ])
            longs[place] = BitModel.add(old, Int64(step))
            return ("(\(text))", isOld ? old : longs[place])
        }
        let key = long(0)
        switch pick(3) {
        case 0:
            let old = byNumber[key.value] ?? 0
            byNumber[key.value] = BitModel.add(old, 1)
            return ("(byNumber[\(key.text)]++)", old)
        case 1:
            let added = long(depth)
            byNumber[key.value] = BitModel.add(byNumber[key.value] ?? 0, added.value)
            return ("(byNumber[\(key.text)] += \(added.text))", byNumber[key.value]!)
        default: return ("byNumber[\(key.text)]", byNumber[key.value] ?? 0)
        }
    }

    // MARK: Strings

    mutating func string(_ depth: Int) -> (text: String, value: TextModel.Bytes) {
        switch depth > 0 ? pick(13) : pick(2) {
        case 0:
            let value = text()
            return (literal(value), value)
        case 1:
            let place = pick(texts.count)
            return ("s\(place)", texts[place])
        case 2:
            let (inner, start, count) = (string(depth - 1), Int64(pick(24)) - 2, Int64(pick(24)) - 2)
            return ("substr(\(inner.text), \(start), \(count))", TextModel.substr(inner.value, start, count))
        case 3:
            let inner = long(depth - 1)
            return ("sprint(\(inner.text))", Array("\(inner.value)".utf8))
        case 4:
            let (text, old, new) = (string(depth - 1), literalText(["", "a", "b", "ab", "abc", ".", "aa"]), string(0))
            return (
                "str_replace(\(text.text), \(old.text), \(new.text))",
                cut(TextModel.replace(text.value, old.value, new.value))
            )
        case 5: return quoted(depth - 1)
        case 6, 7: return formatted(depth - 1)
        case 8:
            let (left, right) = (string(depth - 1), string(depth - 1))
            return ("glue(\(left.text), \(right.text))", cut(left.value + right.value))
        case 9:
            let condition = long(depth - 1)
            let (yes, no) = pure { ($0.string(depth - 1), $0.string(depth - 1)) }
            return ("(\(condition.text) ? \(yes.text) : \(no.text))", condition.value != 0 ? yes.value : no.value)
        case 10 where !isPure:
            let (key, added) = (string(0), string(depth - 1))
            let value = cut((byText[key.value] ?? []) + added.value)
            byText[key.value] = value
            return ("(byText[\(key.text)] .= \(added.text))", value)
        default:
            let (left, right) = (string(depth - 1), string(depth - 1))
            return ("(\(left.text) . \(right.text))", cut(left.value + right.value))
        }
    }

    private mutating func quoted(_ depth: Int) -> (text: String, value: TextModel.Bytes) {
        let inner = pick(3) > 0 ? raw() : string(depth)
        switch pick(3) {
        case 0: return ("text_str(\(inner.text))", TextModel.quoted(inner.value, 0, isQuoted: false, limit: Self.limit))
        case 1:
            return ("string_quoted(\(inner.text))", TextModel.quoted(inner.value, 0, isQuoted: true, limit: Self.limit))
        default:
            let (length, isQuoted) = (5 + pick(30), pick(2) == 0)
            return (
                "text_strn(\(inner.text), \(length), \(isQuoted ? 1 : 0))",
                TextModel.quoted(inner.value, length, isQuoted: isQuoted, limit: Self.limit)
            )
        }
    }

    private mutating func formatted(_ depth: Int) -> (text: String, value: TextModel.Bytes) {
        var format = ""
        var arguments: [String] = []
        var value = ""
        for _ in 0...pick(3) {
            let flag = one([nil, nil, "0", "+", "-", " ", "#"] as [Character?])
            let width = pick(2) == 0 ? 0 : 1 + pick(25)
            let isDynamic = width > 0 && pick(3) == 0
            let precision = pick(3) == 0 ? pick(22) : nil
            let isText = pick(4) == 0
            let conversion: Character = isText ? "s" : one(["d", "i", "u", "o", "x", "X", "p"])
            // The flag 0 of a string appends a NUL.
            let kept = isText && flag == "0" ? nil : flag
            if isDynamic { arguments.append("\(width)") }
            if isText {
                let argument = string(depth)
                arguments.append(argument.text)
                let shown = String(decoding: argument.value.prefix(precision ?? 1000), as: UTF8.self)
                let padding = String(repeating: " ", count: max(width - shown.count, 0))
                value += kept == "-" ? shown + padding : padding + shown
            } else {
                let argument = long(depth)
                arguments.append(argument.text)
                value += TextModel.layout(argument.value, conversion, flag: kept, width: width, precision: precision)
            }
            format += "%" + (kept.map(String.init) ?? "") + (isDynamic ? "*" : width > 0 ? "\(width)" : "")
            format += (precision.map { ".\($0)" } ?? "") + (pick(6) == 0 ? "l" : "") + String(conversion) + "|"
            value += "|"
        }
        return ("sprintf(\"\(format)\", \(arguments.joined(separator: ", ")))", cut(Array(value.utf8)))
    }
}
