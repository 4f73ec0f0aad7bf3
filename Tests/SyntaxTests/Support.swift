// SPDX-License-Identifier: GPL-3.0-or-later

@testable import Syntax

/// The environment that the tests parse in.
func testEnvironment(guru: Bool = false) -> PreprocessorEnvironment {
    PreprocessorEnvironment(
        kernelRelease: "6.12.57-cloud-amd64", guruMode: guru,
        config: { name in
            switch name {
            case "CONFIG_BPF": "y"
            case "CONFIG_NFS": "m"
            case "CONFIG_HZ": "250"
            case "CONFIG_NR": "16"
            default: nil
            }
        })
}

/// Parses `text` as the user's script.
func parsed(
    _ text: String, arguments: [String] = [], guru: Bool = false, role: SourceRole = .user,
    library: MacroLibrary = MacroLibrary()
) -> ParseResult {
    parse(
        SourceFile(name: "<input>", text: text, role: role),
        options: ParseOptions(
            environment: testEnvironment(guru: guru), scriptArguments: arguments.map { ByteString($0) },
            libraryMacros: library))
}
