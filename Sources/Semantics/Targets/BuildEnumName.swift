// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

extension Builder {
    /// `@enumname(e, "type", "module")`: a chain of comparisons, with the number where no name fits.
    func buildEnumName(_ value: Expression, _ type: ByteString?, _ module: ByteString?, _ token: Token) -> Node {
        let operand = build(value)
        var id: KernelTypeID?
        if let type {
            let name = type.description
            let place = module?.description
            let isKernel = place == nil || place == "kernel" || place?.hasPrefix("kernel<") == true
            id = types.catalog.findType(name.hasPrefix("enum ") ? name : "enum " + name, module: isKernel ? nil : place)
            if id == nil { return fail("type definition 'enum \(name)' not found in 'kernel'", token) }
        } else if let carried = analyzer.carriedType(of: operand), carried.pointers == 0 {
            id = carried.type
        }
        guard let id, case .enumeration = types[id] else {
            if case .failed = operand.kind { return operand }
            return fail("the enumeration of @enumname is not known: name it as its second argument", token)
        }
        return chain(operand, types.catalog.enumerators(of: id), token)
    }

    private func chain(_ operand: Node, _ names: [(name: String, value: Int64)], _ token: Token) -> Node {
        // The operand is evaluated once, by the first comparison.
        let once: Node
        let again: Node
        if isAtEntry || operand.constant != nil {
            once = operand
            again = operand
        } else {
            let local = body.generateLocal("enumname", token: token)
            again = Node(token, .local(local))
            once = Node(token, .assignment(nil, again, operand))
        }
        var seen: Set<Int64> = []
        let unique = names.filter { seen.insert($0.value).inserted }.prefix(512)
        let decimal = FormatPiece.directive(flag: .none, width: .none, precision: .none, conversion: .signed)
        let last = unique.isEmpty ? once : again
        var result = Node(token, .print(returnsString: true, .format([decimal]), [last]))
        for (index, item) in unique.enumerated().reversed() {
            let test = Node(
                token, .binary(.equal, index == 0 ? once : again, Node(token, .integer(item.value))))
            result = Node(token, .conditional(test, Node(token, .string(ByteString(item.name))), result))
        }
        return result
    }
}
