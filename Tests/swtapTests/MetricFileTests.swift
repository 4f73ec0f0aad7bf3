// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// The metrics that other programs read: `json_data` and `prometheus`.
@Suite struct MetricFileTests {
    /// What a reader of some of the script's files gets.
    private func read(_ names: String..., of script: String) throws -> ProgramResult {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("swtap-metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let files = names.map { "\(place.path)/swtap/t/\($0)" }.joined(separator: " ")
        return try swtap(
            "-m", "t", "-e", script, "-c", "cat \(files)", environment: ["XDG_RUNTIME_DIR": place.path])
    }

    @Test(.timeLimit(.minutes(1))) func json() throws {
        let script = """
            global sizes
            probe begin {
              sizes["sda"] = 5; sizes["sdb"] = 6
              json_set_prefix("disks")
              json_add_numeric_metric("count", "Number of disks", "")
              json_add_string_metric("note", "")
              json_add_array("disk", "")
              json_add_array_numeric_metric("disk", "size", "", "GB")
            }
            probe json_data {
              @json_output_data_start
              @json_output_numeric_value("count", 2)
              foreach (disk in sizes) @json_output_array_numeric_value("disk", disk, "size", sizes[disk])
              @json_output_string_value("note", "a \\"b\\"")
              @json_output_data_end
            }
            """
        let result = try read("metadata.json", "data.json", of: script)
        let expected = """
            {
              "prefix": "disks",
              "metrics": [
                {
                  "name": "count",
                  "pointer": "/count",
                  "type": "integer",
                  "description": "Number of disks"
                },
                {
                  "name": "note",
                  "pointer": "/note",
                  "type": "string"
                },
                {
                  "name": "disk",
                  "pointer": "/disk",
                  "type": "array",
                  "index": "/__id",
                  "metrics": [
                    {
                      "name": "size",
                      "pointer": "/size",
                      "type": "integer",
                      "units": "GB"
                    }
                  ]
                }
              ]
            }
            {
              "count": 2,
              "disk": [
                {
                  "__id": "sda",
                  "size": 5
                },
                {
                  "__id": "sdb",
                  "size": 6
                }
              ],
              "note": "a \\"b\\""
            }

            """
        #expect(result == ProgramResult(output: expected, errors: "", status: 0))
        for part in result.output.components(separatedBy: "}\n{") {
            let text = (part.hasPrefix("{") ? part : "{" + part) + (part.hasSuffix("}\n") ? "" : "}")
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
        }
        // The files can be read again.
        #expect(try read("data.json", "data.json", of: script).status == 0)
    }

    @Test(.timeLimit(.minutes(1))) func prometheus() throws {
        let script = """
            global one, two
            probe begin { one["a\\\\b\\"c\\nd"] = 1; one["x"] = -2; two["k", "l"] = 3 }
            probe prometheus {
              @prometheus_dump_array1(one, "m_one", "label")
              @prometheus_dump_array2(two, "m_two", "first", "second")
            }
            """
        let result = try read("__prometheus", of: script)
        let expected = """
            m_one{label="a\\\\b\\"c\\nd"} 1
            m_one{label="x"} -2
            m_two{first="k",second="l"} 3

            """
        #expect(result == ProgramResult(output: expected, errors: "", status: 0))
    }
}
