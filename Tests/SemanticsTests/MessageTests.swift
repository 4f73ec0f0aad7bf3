// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Semantics
import Syntax
import Testing

/// One script of `Messages/*.txt` with everything that it shows. A case starts with `--- OPTIONS`, goes on with the
/// script (further files after `+++ tapset`, `+++ shipped` or `+++ user`), and after `===` with what is shown.
///
/// Options: `guru`, `verbose`, `unoptimized`, `check-version`, `compatible=2.0`, `arg=x`, `G:name=value`. With
/// SWTAP_RECORD_MESSAGES set, the files are rewritten with what is shown now: read the difference before believing it.
struct MessageCase: CustomTestStringConvertible {
    let file: String
    let options: [String]
    let sections: [(kind: String, text: String)]
    let expected: String

    var testDescription: String { "\(file): \(sections[0].text)" }

    private static var directory: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Messages")
    }

    static func all() -> [MessageCase] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().flatMap { name in
            let text = (try? String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)) ?? ""
            let cases = read(text, file: name)
            if ProcessInfo.processInfo.environment["SWTAP_RECORD_MESSAGES"] != nil {
                let recorded = cases.map(\.recorded).joined()
                try? recorded.write(to: directory.appendingPathComponent(name), atomically: true, encoding: .utf8)
            }
            return cases
        }
    }

    private static func read(_ text: String, file: String) -> [MessageCase] {
        var cases: [MessageCase] = []
        var (options, sections, expected): ([String], [(String, [Substring])], [Substring]?) = ([], [], nil)
        func finish() {
            guard !sections.isEmpty else { return }
            cases.append(
                MessageCase(
                    file: file, options: options, sections: sections.map { ($0, $1.joined(separator: "\n")) },
                    expected: (expected ?? []).map { $0 + "\n" }.joined()))
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("---") {
                finish()
                options = line.dropFirst(3).split(separator: " ").map(String.init)
                (sections, expected) = ([("user", [])], nil)
            } else if line.hasPrefix("+++ "), expected == nil {
                sections.append((String(line.dropFirst(4)), []))
            } else if line == "===", expected == nil {
                expected = []
            } else if expected != nil {
                expected?.append(line)
            } else if !sections.isEmpty {
                sections[sections.count - 1].1.append(line)
            }
        }
        finish()
        return cases
    }

    private var recorded: String {
        let head = (["---"] + options).joined(separator: " ")
        let scripts = sections.enumerated().map { ($0 > 0 ? "+++ \($1.kind)\n" : "") + $1.text + "\n" }.joined()
        return "\(head)\n\(scripts)===\n\(shown())"
    }

    private func values(_ prefix: String) -> [String] {
        options.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// What passes 1 and 2 show of the script on the miniature kernel.
    func shown() -> String {
        var environment = PreprocessorEnvironment(kernelRelease: "6.12.57-cloud-amd64") { name in
            ["CONFIG_BPF": "y", "CONFIG_HZ": "250"][name]
        }
        environment.guruMode = options.contains("guru")
        if let version = values("compatible=").first { environment.systemtapVersion = version }
        var parseOptions = ParseOptions(environment: environment)
        var renderer = DiagnosticRenderer(showsDuplicates: options.contains("verbose"))
        var diagnostics: [Diagnostic] = []
        let tapsets = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../tapsets/macros.stpm")
        let macros = (try? String(contentsOf: tapsets, encoding: .utf8)) ?? ""
        diagnostics += parseOptions.libraryMacros.add(
            SourceFile(name: "macros.stpm", text: macros, role: .tapset), options: parseOptions)
        let arguments = values("arg=")
        parseOptions.scriptArguments = arguments.map { ByteString($0) }
        var (user, library, used): ([ParsedFile], [ParsedFile], Set<Int>) = ([], [], [])
        for (index, section) in sections.enumerated() {
            let isUser = section.kind == "user"
            let name = !isUser ? "tapset\(index).stp" : index == 0 ? "<input>" : "user\(index).stp"
            let role: SourceRole = isUser ? .user : section.kind == "shipped" ? .shipped : .tapset
            let source = SourceFile(name: name, text: section.text, role: role)
            let result = parse(source, options: parseOptions)
            diagnostics += result.diagnostics
            used.formUnion(result.usedArguments)
            if isUser { user.append(result.file) } else { library.append(result.file) }
        }
        var text = ""
        let errors = diagnostics.count { $0.kind != .warning }
        if errors == 0 { diagnostics += unusedArgumentWarnings(count: arguments.count, used: used) }
        for diagnostic in diagnostics { text += renderer.render(diagnostic) }
        if errors > 0 {
            return text + DiagnosticRenderer.parseErrorTrailer(count: errors)
                + "Pass 1: parse failed.  [man error::pass1]\n" + renderer.suppressionSummary()
        }
        var analysis = AnalysisOptions()
        analysis.guruMode = environment.guruMode
        analysis.unoptimized = options.contains("unoptimized")
        analysis.checksVersion = options.contains("check-version")
        analysis.skipBadVariables = options.contains("skip-badvars")
        analysis.keepsGoing = options.contains("keep-going")
        analysis.initialValues = values("G:").map { setting in
            let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], ByteString(parts.count > 1 ? parts[1] : ""))
        }
        let result = analyze(user: user, library: library, catalog: FakeCatalog.miniature(), options: analysis)
        for diagnostic in result.warnings + result.diagnostics { text += renderer.render(diagnostic) }
        if result.program == nil { text += "Pass 2: analysis failed.  [man error::pass2]\n" }
        return text + renderer.suppressionSummary()
    }
}

@Suite struct MessageTests {
    private static let cases = MessageCase.all()

    @Test(arguments: cases) func wholeText(_ example: MessageCase) {
        #expect(example.shown() == example.expected)
    }

    @Test func theCasesAreThere() { #expect(Self.cases.count > 150) }
}
