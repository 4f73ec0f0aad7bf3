// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Evaluator

@Suite("What the fuzzer found")
struct CorpusTests {
    @Test("Inputs that once failed go through all rooms")
    func replay() throws {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        #expect(files.count > 1, "the corpus is missing")
        for file in files.sorted(by: { $0.path < $1.path }) {
            // A trap would end the test process; the name says at which input.
            let result = exercise([UInt8](try Data(contentsOf: file)))
            #expect(ExerciseResult.allCases.contains(result), "\(file.lastPathComponent)")
        }
    }
}
