// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// What a run of the built program gave.
struct ProgramResult: Equatable {
    var output: String
    var errors: String
    var status: Int32
}

/// Runs the built `swtap` with the given words.
func swtap(
    _ arguments: String..., input: String = "", environment: [String: String] = [:],
    outputDescriptor: FileHandle? = nil
) throws -> ProgramResult {
    try swtap(arguments: arguments, input: input, environment: environment, outputDescriptor: outputDescriptor)
}

/// Runs the built `swtap` with the given words.
func swtap(
    arguments: [String], input: String = "", environment: [String: String] = [:],
    outputDescriptor: FileHandle? = nil
) throws -> ProgramResult {
    let process = Process()
    process.executableURL = programURL
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    let errors = Pipe()
    let stdin = Pipe()
    process.standardOutput = outputDescriptor ?? output
    process.standardError = errors
    process.standardInput = stdin
    try process.run()
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    // The error stream is small in all of these tests: reading one after the other cannot block.
    let text = outputDescriptor == nil ? output.fileHandleForReading.readDataToEndOfFile() : Data()
    let messages = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return ProgramResult(
        output: String(decoding: text, as: UTF8.self), errors: String(decoding: messages, as: UTF8.self),
        status: status)
}

/// The program stands beside the test bundle.
let programURL: URL = {
    let candidates = CommandLine.arguments + [Bundle.main.executablePath ?? ""]
    for path in candidates where path.contains(".xctest") {
        let bundle = path.components(separatedBy: ".xctest")[0]
        let program = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("swtap")
        if FileManager.default.isExecutableFile(atPath: program.path) { return program }
    }
    return URL(fileURLWithPath: ".build/debug/swtap")
}()

/// A file that is gone when the test is over.
final class TemporaryFile {
    let path: String

    init(_ text: String, mode: Int = 0o644) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("swtap-test-\(UUID().uuidString).stp").path
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
