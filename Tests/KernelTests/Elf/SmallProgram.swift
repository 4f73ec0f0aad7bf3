// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A C program or library that a test compiles for itself, in a directory that goes away with it.
final class SmallProgram {
    let directory: String
    let path: String

    static let hasCompiler = access("/usr/bin/gcc", X_OK) == 0

    init(_ source: String, options: [String] = [], name: String = "program") throws {
        directory = FileManager.default.temporaryDirectory.path + "/swtap-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        path = directory + "/" + name
        let file = directory + "/source.c"
        try source.write(toFile: file, atomically: true, encoding: .utf8)
        try run("/usr/bin/gcc", ["-O1", "-o", path, file] + options)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Runs a program to its end; its standard output.
    @discardableResult
    func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ProgramFailure(text: "\(program): status \(process.terminationStatus)")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

struct ProgramFailure: Error { let text: String }

/// Two functions, one of them hidden from others, an object, and two markers of one name and one of another.
let markedSource = """
    #define MARK(provider, name, semaphore, arguments, value) __asm__ volatile( \\
        "990: nop\\n.pushsection .note.stapsdt, \\"?\\", \\"note\\"\\n.balign 4\\n" \\
        ".4byte 992f-991f, 994f-993f, 3\\n991: .asciz \\"stapsdt\\"\\n992: .balign 4\\n" \\
        "993: .8byte 990b\\n.8byte _.stapsdt.base\\n.8byte " semaphore "\\n.asciz \\"" provider "\\"\\n" \\
        ".asciz \\"" name "\\"\\n.asciz \\"" arguments "\\"\\n994: .balign 4\\n.popsection\\n" \\
        ".ifndef _.stapsdt.base\\n.pushsection .stapsdt.base, \\"aG\\", \\"progbits\\", .stapsdt.base, comdat\\n" \\
        ".weak _.stapsdt.base\\n.hidden _.stapsdt.base\\n_.stapsdt.base: .space 1\\n" \\
        ".size _.stapsdt.base, 1\\n.popsection\\n.endif\\n" : : "r"((long)(value)))
    #include <stdio.h>
    #include <stdlib.h>
    unsigned short small_gate __attribute__((section(".probes"), used));
    long small_object = 5;
    __attribute__((noinline, noclone, used)) static long small_local(long n) {
        __asm__ volatile("" : "+r"(n));
        return n + 1;
    }
    __attribute__((noinline, noclone, used)) long small_global(long n) {
        MARK("small", "first", "0", "-8@%0", n);
        MARK("small", "first", "0", "-8@%0 4@$7", n);
        MARK("other", "gated", "small_gate", "8@small_object(%%rip)", n);
        return small_local(n) * 2;
    }
    int main(int argc, char **argv) {
        long sum = 0;
        for (long i = 0; i < (argc > 1 ? atol(argv[1]) : 1); i++) sum += small_global(i);
        printf("%ld\\n", sum);
        return small_gate;
    }
    """
