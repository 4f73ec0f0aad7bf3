// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import swtap

@Suite("--json")
struct JSONRunTests {
    private func objects(_ result: ProgramResult) throws -> [[String: Any]] {
        try result.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test("Output, globals and the end")
    func session() throws {
        let result = try swtap(
            "--json", "-e",
            #"""
            global n, s, text, h, __hidden
            probe begin { __hidden = 1; text = "x\"y"
                printf("one\ntwo"); printf(" parts\nlast"); n["a", 1] = 5; n["b", 2] = 6
                s <<< 3; h["k"] <<< 5; h["k"] <<< -1; exit() }
            probe end { println(); print("rest", __hidden) }
            """#)
        #expect(result.errors == "")
        #expect(result.status == 0)
        #expect(
            result.output == #"""
                {"type":"output","line":"one"}
                {"type":"output","line":"two parts"}
                {"type":"output","line":"last"}
                {"type":"output","line":"rest1","newline":false}
                {"type":"global","name":"n","elements":[{"keys":["a",1],"value":5},{"keys":["b",2],"value":6}]}
                {"type":"global","name":"s","value":{"count":1,"sum":3,"min":3,"max":3,"avg":3}}
                {"type":"global","name":"text","value":"x\"y"}
                {"type":"global","name":"h","elements":[{"keys":["k"],"value":{"count":2,"sum":4,"min":-1,"max":5,"avg":2}}]}
                {"type":"end","status":0}

                """#)
    }

    @Test("Histograms say what their buckets hold")
    func histograms() throws {
        let result = try swtap(
            "--json", "-w", "-e",
            """
            global l, m
            probe begin { l <<< 0; l <<< 1; l <<< 6; l <<< -3; m <<< -1; m <<< 12; m <<< 99; exit() }
            probe end { if (0) { print(@hist_log(l)); print(@hist_linear(m, 0, 20, 5)) } }
            """)
        #expect(
            result.output == #"""
                {"type":"global","name":"l","value":{"count":4,"sum":4,"min":-3,"max":6,"avg":1,"histogram":[{"from":-3,"to":-2,"count":1},{"from":0,"to":0,"count":1},{"from":1,"to":1,"count":1},{"from":4,"to":7,"count":1}]}}
                {"type":"global","name":"m","value":{"count":3,"sum":110,"min":-1,"max":99,"avg":36,"histogram":[{"from":null,"to":-1,"count":1},{"from":10,"to":14,"count":1},{"from":25,"to":null,"count":1}]}}
                {"type":"end","status":0}

                """#)
    }

    @Test("Errors of passes have their place, and the stream its end")
    func passErrors() throws {
        let result = try swtap("--json", "-e", "probe begin {\n  prinln(1) }")
        #expect(result.status == 1)
        #expect(result.errors == "")
        let lines = try objects(result)
        let error = try #require(lines.first { $0["type"] as? String == "error" })
        #expect(error["line"] as? Int == 2)
        #expect(error["column"] as? Int == 3)
        #expect(error["file"] as? String == "<input>")
        #expect(lines.contains { $0["type"] as? String == "note" })
        #expect(lines.last?["type"] as? String == "end")
        #expect(lines.last?["status"] as? Int == 1)
    }

    @Test("Run-time errors and warnings")
    func runTimeErrors() throws {
        let result = try swtap("--json", "-e", "probe begin { warn(\"mind\"); x = 0; println(1 / x) }")
        #expect(result.status == 1)
        let lines = try objects(result)
        #expect(lines.first?["type"] as? String == "warning")
        #expect(lines.first?["message"] as? String == "mind")
        let error = try #require(lines.first { $0["type"] as? String == "error" }?["message"] as? String)
        #expect(error.hasPrefix("division by 0 near operator '/'"))
        #expect(lines.last?["status"] as? Int == 1)
    }

    @Test("Not for what is no run")
    func others() throws {
        for words in [["-p", "2", "-e", "probe begin {}"], ["-l", "begin"]] {
            let result = try swtap(arguments: ["--json"] + words)
            #expect(
                result.errors == "ERROR: --json is for running a script, and for 'swtap doctor'.\n"
                    + "Try 'swtap --help' for more information.\n")
            #expect(result.status == 1)
        }
    }
}
