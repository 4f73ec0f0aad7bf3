import BPF
import IR
import Kernel
import Semantics
import Syntax

func dumpPass1(_ f: [ParsedFile]) -> String { "" }
struct ColorScheme { init(environment: String?) {} }
struct DiagnosticRenderer {
    init(colors: ColorScheme?, showsDuplicates: Bool) {}
    mutating func render(_ d: Diagnostic) -> String {
        "\(d.kind): \(d.message) \(d.tokens.map { "\($0.content) \($0.location.file.name):\($0.location.line):\($0.location.column)" }) \n"
            + d.chain.map { "  because: \($0.message)\n" }.joined()
    }
    func suppressionSummary() -> String { "" }
}
