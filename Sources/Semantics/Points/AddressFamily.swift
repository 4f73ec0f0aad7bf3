// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// `kernel.statement(ADDR).absolute` and `kprobe.statement(ADDR).absolute`: an instruction by its address.
struct AddressFamily: ProbeFamily {
    let shapes = ["kernel.statement(number).absolute", "kprobe.statement(number).absolute"]

    func resolve(_ match: PointMatch, _ context: PointContext) throws(Diagnostic) -> [ResolvedPoint] {
        guard let component = match.component("statement"), let number = match.number("statement") else { return [] }
        if !context.isGuru {
            throw Diagnostic(
                .semanticError, "absolute statement probe in unprivileged script; need stap -g",
                tokens: [component.token])
        }
        let address = UInt64(bitPattern: number)
        let text = "0x" + String(address, radix: 16)
        let point = match.components.map { $0.name == "statement" ? "statement(\(text))" : $0.text }
        return [ResolvedPoint(point: point.joined(separator: "."), event: .address(address), functionName: "")]
    }
}
