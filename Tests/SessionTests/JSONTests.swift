// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Session

@Suite("JSON")
struct JSONTests {
    @Test("Text is escaped so that another reader reads the same")
    func escapes() throws {
        let text = "quote \" backslash \\ newline \n tab \t return \r bell \u{7} delete \u{7F} ä 🐟 \u{2028}"
        let written = JSON.object([("k", .string(text))]).text
        #expect(!written.contains("\n"))
        let read = try JSONSerialization.jsonObject(with: Data(written.utf8)) as? [String: String]
        #expect(read == ["k": text])
    }

    @Test("Bytes that are no UTF-8 are replaced")
    func bytes() {
        #expect(JSON.bytes([0x61, 0xFF, 0x62]).text == "\"a\u{FFFD}b\"")
        #expect(JSON.bytes([] as [UInt8]).text == "\"\"")
    }

    @Test("Numbers keep all 64 bits, members their order")
    func values() {
        let value = JSON.object([
            ("b", .integer(.min)), ("a", .integer(.max)), ("c", .array([.null, .bool(true), .bool(false)])),
            ("d", .array([])), ("e", .object([])),
        ])
        #expect(
            value.text
                == #"{"b":-9223372036854775808,"a":9223372036854775807,"c":[null,true,false],"d":[],"e":{}}"#)
    }
}

@Suite("The doctor's report")
struct DoctorReportTests {
    private func report(_ findings: [Finding]) -> DoctorReport {
        DoctorReport(system: [("kernel", "6.1.0 x86_64"), ("user", "uid 0")], findings: findings)
    }

    @Test("For people: what is missing has its way out below")
    func text() {
        let missing = Finding(
            topic: .probes, name: "kernel.lsm", purpose: "hooks of security modules", state: .missing,
            detail: "eBPF is not among the active modules", wayOut: "boot with lsm=…,bpf")
        let works = Finding(
            topic: .probes, name: "kernel.function", purpose: "calls of kernel functions", detail: "by fentry")
        #expect(
            report([works, missing]).text == """
                kernel      6.1.0 x86_64
                user        uid 0

                Probes, each attached on trial
                  ok       kernel.function  calls of kernel functions: by fentry
                  MISSING  kernel.lsm       hooks of security modules: eBPF is not among the active modules
                                            -> boot with lsm=…,bpf

                swtap works here. Not to be had: kernel.lsm.

                """)
    }

    @Test("Healthy is who has the conditions and the socket probes")
    func health() {
        let limited = Finding(topic: .mechanisms, name: "fentry", purpose: "", state: .limited)
        #expect(report([limited]).isHealthy)
        #expect(report([limited]).text.hasSuffix("\nswtap can do everything here.\n"))
        let socket = Finding(topic: .probes, name: "socket.send", purpose: "", state: .missing)
        #expect(!report([socket]).isHealthy)
        let privilege = Finding(topic: .conditions, name: "privileges", purpose: "", state: .missing)
        #expect(!report([privilege]).isHealthy)
        #expect(report([privilege]).text.contains("swtap cannot trace the kernel here."))
    }

    @Test("For programs: one object on one line")
    func json() {
        let finding = Finding(
            topic: .settings, name: "n", purpose: "p", state: .limited, detail: "d", wayOut: "w")
        #expect(
            report([finding]).json == #"{"type":"doctor","kernel":"6.1.0 x86_64","user":"uid 0","healthy":true,"#
                + #""findings":[{"topic":"settings","name":"n","state":"limited","purpose":"p","detail":"d","#
                + #""advice":"w"}]}"# + "\n")
    }
}
