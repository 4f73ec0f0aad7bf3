// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Semantics
import Syntax

/// Lowered programs by hand, with a probe for each event and what it captures.
func makeProgram(_ probes: [(event: ProbeEvent, plan: CapturePlan)], scriptPoint: String? = nil) -> IRProgram {
    let file = SourceFile(name: "test.stp", text: "probe")
    let token = Token(
        kind: .keyword, content: ByteString("probe"), location: SourceLocation(file: file, line: 1, column: 1))
    var program = IRProgram()
    for (index, probe) in probes.enumerated() {
        let point =
            switch probe.event {
            case .function(let function, let isReturn, _):
                "kernel.function(\"\(function.name)\")" + (isReturn ? ".return" : "")
            case .tracepoint(let tracepoint): "kernel.trace(\"\(tracepoint.name)\")"
            default: "begin"
            }
        program.probes.append(
            CheckedProbe(
                index: index, point: point, scriptPoint: scriptPoint ?? point, event: probe.event, token: token,
                body: CheckedStatement(token: token, kind: .block([]))))
        program.captures.append(probe.event.isKernel ? probe.plan : nil)
        program.handlers.append(IRUnit(name: point))
    }
    return program
}
