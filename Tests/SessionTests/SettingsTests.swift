// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@testable import Session

@Suite("-D and -G")
struct SettingsTests {
    @Test("Limits are set by name, without regard to case")
    func limits() throws {
        let limits = try Settings.limits(
            ["MAXSTRINGLEN=256", "maxmapentries=10", "MAXERRORS=3"], suppressTimeLimits: true)
        #expect(limits.maxStringLength == 256)
        #expect(limits.maxMapEntries == 10)
        #expect(limits.maxErrors == 3)
        #expect(limits.suppressTimeLimits)
    }

    @Test("MAXACTION also sets the limit of interruptible handlers")
    func maxAction() throws {
        #expect(try Settings.limits(["MAXACTION=50"], suppressTimeLimits: false).maxActionInterruptible == 500)
    }

    @Test(arguments: [
        ("MAXACTION=0", "-D MAXACTION=0: a number from 1 to 2147483647 is needed"),
        ("MAXACTION=x", "-D MAXACTION=x: a number from 1 to 2147483647 is needed"),
        ("1X=2", "Safety pattern mismatch for -D parameter ('1X=2')"),
        ("X=a;b", "Safety pattern mismatch for -D parameter ('X=a;b')"),
        ("", "Safety pattern mismatch for -D parameter ('')"),
    ])
    func badDefines(text: String, message: String) {
        let error = #expect(throws: SessionError.self) { try Settings.limits([text], suppressTimeLimits: false) }
        #expect(error?.message == message)
    }

    @Test("An unknown limit is refused with those that exist")
    func unknownLimit() {
        let error = #expect(throws: SessionError.self) { try Settings.limits(["MAXFOO"], suppressTimeLimits: false) }
        #expect(error?.message.contains("MAXMAPENTRIES") == true)
    }

    @Test("Globals are names with safe values")
    func globals() throws {
        let values = try Settings.initialValues(["x=5", "name=a.b-c"])
        #expect(values.map(\.name) == ["x", "name"])
        #expect(values.map(\.value.description) == ["5", "a.b-c"])
        for bad in ["x", "x=", "1=2", "x=a b", "x=$(id)"] {
            let error = #expect(throws: SessionError.self) { try Settings.initialValues([bad]) }
            #expect(error?.message == "Safety pattern mismatch for -G parameter ('\(bad)')")
        }
    }
}
