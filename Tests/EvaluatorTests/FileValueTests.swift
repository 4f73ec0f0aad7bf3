// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Evaluator

/// `$value` of procfs probes, and `switch_file()`.
@Suite struct FileValueTests {
    private func evaluator(_ script: String) throws -> Evaluator {
        let settings = ScriptSettings()
        let (program, errors) = translate(script, settings)
        return Evaluator(
            program: try #require(program, "\(errors)"), host: settings.host, session: settings.facts)
    }

    @Test func whatAReaderGets() throws {
        let evaluator = try evaluator("probe procfs.read { $value = \"old\"; $value = \"a\\n\"; $value .= \"b\" }")
        #expect(evaluator.run(handler: 0, record: nil) == .proceed)
        #expect(evaluator.fileValue.bytes == Array("a\nb".utf8))
    }

    @Test func longerThanAString() throws {
        let evaluator = try evaluator(
            "probe procfs.read.maxsize(3000) { for (i = 0; i < 500; i++) $value .= \"0123456789\" }")
        evaluator.fileValue.limit = 3000
        #expect(evaluator.run(handler: 0, record: nil) == .proceed)
        #expect(evaluator.fileValue.bytes.count == 3000)
        #expect(evaluator.fileValue.bytes.suffix(3) == Array("789".utf8))
    }

    @Test func whatAWriterWrote() throws {
        let evaluator = try evaluator("probe procfs.write { printf(\"<%s>\", $value) }")
        evaluator.fileValue.bytes = Array("hello\n".utf8)
        #expect(evaluator.run(handler: 0, record: nil) == .proceed)
        #expect(evaluator.text == "<hello\n>")
    }

    @Test func theNextFile() throws {
        let evaluator = try evaluator("probe begin { switch_file() }")
        #expect(!evaluator.wantsNextFile)
        #expect(evaluator.run(handler: 0, record: nil) == .proceed)
        #expect(evaluator.wantsNextFile)
    }

    @Test func kindsOfProbes() {
        #expect(evaluate("probe begin { print(probe_type()) }").output == "begin_end")
        for (point, kind) in [
            ("timer.s(1)", "hrtimer"), ("timer.jiffies(1)", "timer"), ("timer.hz(5)", "hrtimer"),
            ("procfs.read", "procfs"), ("procfs.write", "procfs"),
        ] {
            let evaluator = try? evaluator("probe \(point) { print(probe_type()) }")
            _ = evaluator?.run(handler: 0, record: nil)
            #expect(evaluator?.text == kind, "\(point)")
        }
    }
}
