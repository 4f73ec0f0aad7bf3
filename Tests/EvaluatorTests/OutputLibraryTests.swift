// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IR
import Syntax
import Testing

@testable import Evaluator

/// Clocks, speculation, queues, metrics, floating point and guru's functions: sections 5.2 and 5.5.
@Suite struct OutputLibraryTests {
    private func value(_ expression: String, _ settings: ScriptSettings = ScriptSettings()) -> String {
        let outcome = evaluate("probe begin { print(\(expression)) }", settings)
        return outcome.errors.isEmpty ? outcome.output : outcome.errors.joined(separator: "\n")
    }

    private func failure(_ statement: String, _ settings: ScriptSettings = ScriptSettings()) -> String {
        evaluate("probe begin { \(statement) }", settings).errors.first?.components(of: " near ").first.map(String.init)
            ?? "no error"
    }

    // MARK: Clocks

    @Test func clocks() {
        #expect(
            value("local_clock_ns() / 1000000000 - local_clock_s(), local_clock_ms() / 1000 - cpu_clock_s(0)") == "00")
        #expect(value("cpu_clock_us(0) <= local_clock_us(), cpu_clock_ms(1) - local_clock_ms() < 1000") == "11")
        #expect(value("cpu_clock_ns(0) > 0, local_clock_ns() <= ktime_get_ns()") == "11")
        var settings = ScriptSettings()
        settings.facts.ticksPerSecond = 250
        #expect(value("HZ(), \" \", jiffies()", settings) == "250 4294900000")
        // The counter goes on between two questions; the host of the test counts questions by the thousand.
        #expect(evaluate("probe begin { a = get_cycles(); b = get_cycles(); print(a > 0, b > 0) }").output == "11")
    }

    @Test func stopwatches() {
        let script = """
            probe begin {
              print(read_stopwatch_ns("w"))
              stop_stopwatch("w")
              start_stopwatch("w")
              udelay(2000)
              print(read_stopwatch_us("w") >= 2000, read_stopwatch_ms("w") >= 2, read_stopwatch_s("w"))
              stop_stopwatch("w"); a = read_stopwatch_ns("w"); b = read_stopwatch_ns("w"); print(a == b)
              start_stopwatch("w"); udelay(10); print(read_stopwatch_ns("w") > a)
              delete_stopwatch("w"); print(read_stopwatch_ns("w"))
            }
            """
        #expect(evaluate(script) == ScriptOutcome(output: "0110110", errors: [], status: 0))
    }

    // MARK: Speculation

    @Test func speculation() {
        let script = """
            probe begin {
              a = speculation(); b = speculation(); c = speculation()
              speculate(a, "1\\n"); speculate(b, "2\\n"); speculate(a, "3\\n"); speculate(c, "4\\n")
              print(a != b && b != c && a != c, "\\n")
              commit(a); discard(b); commit(b); commit(c); commit(a)
              speculate(a, "5\\n"); commit(a)
            }
            """
        #expect(evaluate(script) == ScriptOutcome(output: "1\n1\n3\n4\n5\n", errors: [], status: 0))
    }

    // MARK: Queues

    /// Two requests, one after the other, of which one waits: what the averages must be follows from when they did what.
    @Test func queueAverages() {
        let script = """
            probe begin {
              qsq_start("q")
              qs_wait("q"); mdelay(20); qs_run("q"); qs_wait("q"); mdelay(20); qs_done("q")
              qs_run("q"); mdelay(20); qs_done("q"); mdelay(20)
              println(qsq_utilization("q", 100)); println(qsq_blocked("q", 100))
              println(qsq_wait_queue_length("q", 100)); println(qsq_service_time("q", 1) / 1000)
              println(qsq_wait_time("q", 1) / 1000); println(qsq_throughput("q", 1000000))
              qsq_start("q")
              println(qsq_utilization("q", 100), qsq_service_time("q", 1), qsq_throughput("q", 1))
            }
            """
        let outcome = evaluate(script)
        #expect(outcome.errors == [])
        let numbers = outcome.output.split(separator: "\n").compactMap { Int($0) }
        // With some room for a machine that does other things: 40 of 80 ms each, 20 ms served and 40 in all for each request, 2 requests in 80 ms.
        let expected = [35...65, 35...65, 35...65, 20...60, 40...120, 8...25, 0...0]
        #expect(numbers.count == expected.count)
        for (number, range) in zip(numbers, expected) { #expect(range.contains(number), "\(outcome.output)") }
    }

    @Test func queueLine() throws {
        let script =
            "probe begin { qsq_start(\"disk\"); qs_wait(\"disk\"); qs_run(\"disk\"); mdelay(10); "
            + "qs_done(\"disk\"); qsq_print(\"disk\"); qsq_print(\"new\") }"
        let lines = evaluate(script).output.split(separator: "\n")
        #expect(lines.count == 2)
        let pattern = try Regex(
            "disk: [0-9]+\\.[0-9]{3} ops/s, 0\\.00[0-9] qlen, 1[0-9]{4} await, 1[0-9]{4} svctm, 0% wait, [0-9]+% util")
        #expect(lines[0].wholeMatch(of: pattern) != nil, "\(lines[0])")
        #expect(lines[1] == "new: 0.000 ops/s, 0.000 qlen, 0 await, 0 svctm, 0% wait, 0% util")
    }

    // MARK: Metrics

    /// The text that the probes of json-data.stp join.
    private static let metadata = """
        function metadata() {
          print(__json_metadata_start())
          while (1) {
            text = __json_metadata_metric(n)
            if (text == "") break
            print(text)
            m = 0
            while (1) { text = __json_metadata_member(n, m++); if (text == "") break; print(text) }
            print(__json_metadata_metric_end(n++))
          }
          print(__json_metadata_end())
        }
        """

    @Test func descriptionOfMetrics() {
        let script = """
            probe begin {
              json_set_prefix("pre\\"fix")
              json_add_numeric_metric("reads", "Number of reads", "count")
              json_add_string_metric("state", "")
              json_add_array("disks", "All disks")
              json_add_array_string_metric("disks", "vendor", "")
              json_add_array_numeric_metric("disks", "size", "Size", "bytes")
              json_add_array("empty", "")
              metadata()
            }
            """
        let expected = """
            {
              "prefix": "pre\\"fix",
              "metrics": [
                {
                  "name": "reads",
                  "pointer": "/reads",
                  "type": "integer",
                  "description": "Number of reads",
                  "units": "count"
                },
                {
                  "name": "state",
                  "pointer": "/state",
                  "type": "string"
                },
                {
                  "name": "disks",
                  "pointer": "/disks",
                  "type": "array",
                  "description": "All disks",
                  "index": "/__id",
                  "metrics": [
                    {
                      "name": "vendor",
                      "pointer": "/vendor",
                      "type": "string"
                    },
                    {
                      "name": "size",
                      "pointer": "/size",
                      "type": "integer",
                      "description": "Size",
                      "units": "bytes"
                    }
                  ]
                },
                {
                  "name": "empty",
                  "pointer": "/empty",
                  "type": "array",
                  "index": "/__id",
                  "metrics": [

                  ]
                }
              ]
            }

            """
        #expect(evaluate(Self.metadata + script) == ScriptOutcome(output: expected, errors: [], status: 0))
    }

    @Test func valuesOfMetrics() {
        let script = """
            probe begin {
              print(__json_start(), __json_value("reads", sprint(7)), __json_array_value("disks", "sda", "size", "5"))
              print(__json_array_value("disks", "sda", "vendor", __json_text("a\\\\b")))
              print(__json_array_value("disks", "sdb", "size", "6"), __json_value("state", __json_text("x\\ny")))
              print(__json_end())
              print(__json_start(), __json_array_value("disks", "sda", "size", "5"), __json_end())
            }
            """
        let expected = """
            {
              "reads": 7,
              "disks": [
                {
                  "__id": "sda",
                  "size": 5,
                  "vendor": "a\\\\b"
                },
                {
                  "__id": "sdb",
                  "size": 6
                }
              ],
              "state": "x\\ny"
            }
            {
              "disks": [
                {
                  "__id": "sda",
                  "size": 5
                }
              ]
            }

            """
        #expect(evaluate(script) == ScriptOutcome(output: expected, errors: [], status: 0))
    }

    @Test func metricsAreThereOnce() {
        #expect(
            failure("json_add_string_metric(\"a\", \"\"); json_add_array(\"a\", \"\")")
                == "ERROR: Metric 'a' already exists")
        #expect(
            failure(
                "json_add_array_string_metric(\"a\", \"b\", \"\"); json_add_array_string_metric(\"a\", \"b\", \"\")")
                == "ERROR: Array metric 'b' already exists in array a")
        #expect(
            failure("__json_start(); __json_value(\"a\", \"1\"); __json_value(\"a\", \"2\")")
                == "ERROR: Metric 'a' already output")
        #expect(
            failure(
                "__json_start(); for (i = 0; i < 3; i++) __json_array_value(\"a\", sprint(i % 2), \"b\", \"1\")")
                == "ERROR: Array index '0' already output for array metric a")
    }

    // MARK: Floating point

    @Test func floatingPoint() {
        #expect(
            value("string_to_fp(\"1.5\"), \" \", long_to_fp(-2)") == "\(0x3ff8_0000_0000_0000) -4611686018427387904")
        #expect(
            value("fp_to_string(string_to_fp(\"3.14159\"), 3), \" \", fp_to_string(long_to_fp(-7), 0)") == "3.142 -7")
        #expect(value("fp_to_string(string_to_fp(\"-1.25e2\"), 1)") == "-125.0")
        let two = "string_to_fp(\"2\")"
        let half = "string_to_fp(\"0.5\")"
        for (operation, result) in [
            ("add", "2.50"), ("sub", "1.50"), ("mul", "1.00"), ("div", "4.00"), ("rem", "0.00"),
        ] {
            #expect(value("fp_to_string(fp_\(operation)(\(two), \(half)), 2)") == result, "\(operation)")
        }
        #expect(value("fp_to_string(fp_sqrt(\(two)), 6)") == "1.414214")
        // The remainder of the nearest quotient.
        #expect(value("fp_to_string(fp_rem(long_to_fp(5), long_to_fp(3)), 1)") == "-1.0")
        #expect(
            value("fp_eq(\(two), \(two)), fp_eq(\(two), \(half)), fp_le(\(two), \(two)), fp_lt(\(two), \(two))")
                == "1010")
        #expect(value("fp_lt(\(half), \(two)), fp_le(long_to_fp(-1), \(half))") == "11")
        // 0.1 of 32 bits is not 0.1 of 64.
        #expect(value("fp32_to_fp64(0x3dcccccd)") == "\(0x3fb9_9999_a000_0000)")
        let nan = "fp_div(long_to_fp(0), long_to_fp(0))"
        #expect(
            value("fp_eq(\(nan), \(nan)), fp_to_string(\(nan), 2), \" \", fp_to_string(fp_div(\(two), 0), 2)")
                == "0nan inf")
        #expect(
            value("fp_to_long(\(nan), 0, 0), \" \", fp_to_long(fp_div(\(two), 0), 0, 0)") == "\(Int64.min) \(Int64.min)"
        )
        #expect(
            value(
                "fp_to_string(string_to_fp(\"1e300\"), 2) == sprintf(\"%s.00\", fp_to_string(string_to_fp(\"1e300\"), 0))"
            ) == "1")
    }

    /// Rounding of 2.5, -2.5, 3.5 and 2.25 by mode.
    @Test(arguments: [
        (0, "2 -2 4 2"), (1, "2 -2 3 2"), (2, "2 -3 3 2"), (3, "3 -2 4 3"), (4, "3 -3 4 2"), (6, "3 -3 3 3"),
    ])
    func rounding(_ mode: Int, _ expected: String) {
        let numbers = ["2.5", "-2.5", "3.5", "2.25"].map { "fp_to_long(string_to_fp(\"\($0)\"), \(mode), 1)" }
        #expect(value(numbers.joined(separator: ", \" \", ")) == expected)
    }

    @Test(arguments: ["", "x", "1x", " 1", "1 ", ".", "-", "1e", "0x10", "nan", "inf", "1..2"])
    func badNumbers(_ text: String) {
        #expect(failure("print(string_to_fp(\"\(text)\"))") == "ERROR: invalid format")
    }

    @Test(arguments: [("1", "1.00"), ("+.5", "0.50"), ("5.", "5.00"), ("1E-1", "0.10")])
    func goodNumbers(_ text: String, _ expected: String) {
        #expect(value("fp_to_string(string_to_fp(\"\(text)\"), 2)") == expected)
    }

    // MARK: Guru's functions

    @Test func guruFunctionsReachTheSystem() {
        var settings = ScriptSettings()
        settings.facts.ownPid = 77
        #expect(
            failure("printk(4, \"hot\"); printk(99, \"x\"); raise(10); panic(\"end\")", settings)
                == "ERROR: panic(): Operation not permitted")
        #expect(settings.host.requests == ["<4>hot", "<7>x", "signal 77 77 10", "panic end"])
        settings.host.failure = EPERM
        #expect(failure("printk(1, \"a\")", settings) == "ERROR: printk(): Operation not permitted")
        settings.host.failure = ESRCH
        #expect(failure("raise(9)", settings) == "ERROR: raise(): No such process")
        #expect(failure("mdelay(10001)") == "ERROR: mdelay(): at most 10 seconds")
        #expect(failure("udelay(10000001)") == "ERROR: udelay(): at most 10 seconds")
        #expect(failure("mdelay(-1); udelay(0)") == "no error")
    }
}
