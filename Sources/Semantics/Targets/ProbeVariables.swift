// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// The parameters of a probe's event.
struct EventParameters {
    /// What the parameters belong to, for messages.
    let owner: String
    let parameters: [KernelParameter]
    /// The type of the result; nil where there is none to ask for.
    let result: KernelTypeID?
    /// Why there are none.
    let refusal: String?

    init(_ event: ProbeEvent, types: KernelTypes) {
        var parameters: [KernelParameter] = []
        var result: KernelTypeID?
        var refusal: String?
        switch event {
        case .function(let function, let isReturn, let allowsTyped):
            owner = function.name
            if !allowsTyped {
                refusal = "kprobe probes have no variables: use int_arg(n), pointer_arg(n) … or a kernel.function probe"
            } else if let prototype = function.prototype,
                case .function(let returns, let list, _) = types[prototype]
            {
                parameters = list
                if isReturn { result = returns }
            } else {
                refusal = "BTF does not describe the function '\(function.name)': it has no variables"
            }
        case .tracepoint(let tracepoint):
            owner = tracepoint.name
            parameters = tracepoint.parameters
        case .lsm(let function):
            owner = String(function.name.dropFirst("bpf_lsm_".utf8.count))
            if let prototype = function.prototype, case .function(let returns, let list, _) = types[prototype] {
                parameters = list
                result = returns
            }
        case .netfilter(let event):
            owner = "netfilter"
            parameters = zip(["state", "skb"], event.parameters).map { KernelParameter(name: $0, type: $1) }
            if parameters.isEmpty { refusal = "BTF does not describe what netfilter hooks are given" }
        case .address:
            owner = ""
            refusal = "a probe at an address has no variables: use int_arg(n), pointer_arg(n) …"
        case .perf:
            owner = ""
            refusal = "perf, profile and data probes have no variables"
        default: owner = ""
        }
        self.parameters = parameters
        self.result = result
        self.refusal = refusal
    }
}

extension Builder {
    /// The parameter that `$name` means; nil if there is no such parameter.
    func parameterPlace(_ name: String, _ walker: PlaceWalker) throws(Diagnostic) -> Place? {
        if let event = userEvent { return try userPlace(name, event, walker) }
        guard let probe, probe.event.isKernel else { return nil }
        let event = EventParameters(probe.event, types: types)
        let plain = name.dropFirst()
        if case .netfilter = probe.event, event.refusal == nil {
            if let member = NetfilterEvent.members[String(plain)] {
                let token = Token(
                    kind: .identifier, content: ByteString(member), location: walker.token.location)
                return try walker.member(token, of: try parameterPlace(0, event, walker))
            }
            if plain == "verdict" { throw walker.problem("'$verdict' is not supported: swtap lets all packets pass") }
        }
        guard let index = event.parameters.firstIndex(where: { $0.name == plain }) else {
            if case .lsm = probe.event, plain == "ctx" {
                throw walker.problem(
                    "'$ctx' is not supported: it is the address of eBPF's own copy of the arguments; name them, as "
                        + "$$parms does")
            }
            return nil
        }
        return try parameterPlace(index, event, walker)
    }

    private func parameterPlace(
        _ index: Int, _ event: EventParameters, _ walker: PlaceWalker
    ) throws(Diagnostic) -> Place {
        let parameter = event.parameters[index]
        let text = "$\(parameter.name)"
        for earlier in event.parameters[...index] {
            if case .composite(_, _, let size, _) = types[earlier.type] {
                let own = earlier.name == parameter.name
                let which = own ? "'\(text)' is passed" : "a parameter before '\(text)' is passed"
                throw walker.problem("\(which) by value (\(size) bytes): not supported")
            }
        }
        let type = CarriedType(type: parameter.type)
        let shape = try walker.integerShape(of: type, text: text)
        let node = Node(walker.token, .argument(index, shape), carried: type)
        return Place(location: .value(node), type: type, text: text)
    }

    /// Where `$return` is.
    func returnPlace(_ walker: PlaceWalker) throws(Diagnostic) -> Place {
        if let event = userEvent {
            if let place = try userPlace("$return", event, walker) { return place }
            throw unknownUserVariable("$return", event, walker)
        }
        guard let probe, probe.isReturn || probe.isHook else {
            throw walker.problem("'$return' is only valid in .return probes")
        }
        let event = EventParameters(probe.event, types: types)
        if let refusal = event.refusal { throw walker.problem(refusal) }
        guard let result = event.result else { throw walker.problem("'$return' is not known") }
        if case .void = types[result] {
            throw walker.problem("\(probe.isHook ? "hook" : "function") '\(event.owner)' has no return value")
        }
        let type = CarriedType(type: result)
        let shape = try walker.integerShape(of: type, text: "$return")
        return Place(
            location: .value(Node(walker.token, .returnValue(shape), carried: type)), type: type, text: "$return")
    }

    /// The error for a `$name` that is nothing here, with the names that are.
    func unknownParameter(_ name: String, _ walker: PlaceWalker) -> Diagnostic {
        if let event = userEvent { return unknownUserVariable(name, event, walker) }
        guard let probe, probe.event.isKernel else {
            return walker.problem("unresolved target-symbol expression")
        }
        let event = EventParameters(probe.event, types: types)
        if let refusal = event.refusal { return walker.problem(refusal) }
        var names = event.parameters.map(\.name).filter { !$0.isEmpty }.map { "$" + $0 }
        if let result = event.result, types.isValued(result) { names.append("$return") }
        let suffix = names.isEmpty ? "" : " (alternatives: \(names.joined(separator: " ")))"
        let plain = name.dropFirst()
        return walker.problem("unable to find parameter '\(plain)' of '\(event.owner)'\(suffix)")
    }

    /// `$$vars` and its kin: all at once, as text.
    func buildContextString(
        _ name: String, _ pretty: PrettyDepth, _ walker: PlaceWalker
    ) throws(Diagnostic) -> Node {
        if let event = userEvent { return try buildUserString(name, event, walker) }
        guard let probe, probe.event.isKernel else { throw walker.problem("unresolved target-symbol expression") }
        let event = EventParameters(probe.event, types: types)
        if let refusal = event.refusal { throw walker.problem(refusal) }
        switch name {
        case "$$name":
            guard case .tracepoint(let tracepoint) = probe.event else { break }
            return Node(walker.token, .string(ByteString(tracepoint.name)))
        case "$$vars", "$$parms":
            var parts = parameters(of: event, pretty, walker)
            if probe.isReturn, !isAtEntry { parts = parts.map(atEntry) }
            if name == "$$vars", let result = returnPart(event, pretty, walker) { parts.append(result) }
            return join(parts, walker)
        case "$$return":
            return join(returnPart(event, pretty, walker).map { [$0] } ?? [], walker)
        case "$$locals":
            throw walker.problem("'$$locals' is not supported: BTF says nothing of local variables")
        default: break
        }
        throw walker.problem("unresolved target-symbol expression")
    }

    private func parameters(of event: EventParameters, _ pretty: PrettyDepth, _ walker: PlaceWalker) -> [Node] {
        event.parameters.indices.filter { !event.parameters[$0].name.isEmpty }.map { index in
            part(event.parameters[index].name, pretty, walker) { () throws(Diagnostic) in
                try parameterPlace(index, event, walker)
            }
        }
    }

    private func returnPart(_ event: EventParameters, _ pretty: PrettyDepth, _ walker: PlaceWalker) -> Node? {
        guard let result = event.result, types.isValued(result), !isAtEntry else { return nil }
        return part("return", pretty, walker) { () throws(Diagnostic) in try returnPlace(walker) }
    }

    /// `name=value`; `name=?` where there is no value to show.
    private func part(
        _ name: String, _ pretty: PrettyDepth, _ walker: PlaceWalker, _ place: () throws(Diagnostic) -> Place
    ) -> Node {
        let label = FormatPiece.literal(ByteString(name + "="))
        let unknown = Node(walker.token, .string(ByteString(name + "=?")))
        do {
            let place = try place()
            if pretty != .none {
                let text = try PrettyPrinter(walker: walker, fallback: "?").print(place, deep: pretty == .deep)
                let piece = FormatPiece.directive(flag: .none, width: .none, precision: .none, conversion: .string)
                return Node(walker.token, .print(returnsString: true, .format([label, piece]), [text]))
            }
            let hex = FormatPiece.directive(flag: .alternate, width: .none, precision: .none, conversion: .hexLower)
            let value = try walker.value(of: place)
            return Node(walker.token, .print(returnsString: true, .format([label, hex]), [value]))
        } catch {
            return unknown
        }
    }

    private func join(_ parts: [Node], _ walker: PlaceWalker) -> Node {
        var pieces: [FormatPiece] = []
        var arguments: [Node] = []
        for (index, part) in parts.enumerated() {
            if index > 0 { pieces.append(.literal(" ")) }
            switch part.kind {
            case .print(true, .format(let inner), let values):
                pieces += inner
                arguments += values
            case .string(let text): pieces.append(.literal(text))
            default: break
            }
        }
        if arguments.isEmpty {
            let text = pieces.reduce(into: [UInt8]()) { if case .literal(let text) = $1 { $0 += text.bytes } }
            return Node(walker.token, .string(ByteString(text)))
        }
        return Node(walker.token, .print(returnsString: true, .format(pieces.joined()), arguments))
    }
}

extension KernelTypes {
    /// Whether a result type has a value.
    func isValued(_ id: KernelTypeID) -> Bool {
        if case .void = self[id] { return false }
        return true
    }
}

extension [FormatPiece] {
    /// The same pieces with neighbouring literals joined.
    func joined() -> [FormatPiece] {
        var result: [FormatPiece] = []
        for piece in self {
            if case .literal(let text) = piece, case .literal(let before)? = result.last {
                result[result.count - 1] = .literal(ByteString(before.bytes + text.bytes))
            } else {
                result.append(piece)
            }
        }
        return result
    }
}
