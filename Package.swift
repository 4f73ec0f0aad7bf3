// swift-tools-version: 6.1
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

/// The rooms, from the bottom of the dependency order to the top; see docs/architecture.md.
let package = Package(
    name: "swtap",
    products: [.executable(name: "swtap", targets: ["swtap"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .target(name: "Syntax"),
        .target(name: "Semantics", dependencies: ["Syntax"]),
        .target(name: "IR", dependencies: ["Semantics"]),
        .target(name: "Evaluator", dependencies: ["IR"]),
        .target(name: "BPF", dependencies: ["IR"]),
        .target(
            name: "CLibbpf",
            linkerSettings: [.linkedLibrary("bpf"), .linkedLibrary("elf"), .linkedLibrary("z")]),
        // CLibbpf names libelf, behind libbpf, which static linking wants.
        .target(name: "CLibelf"),
        .target(name: "Kernel", dependencies: ["BPF", "CLibbpf", "CLibelf", "Semantics"]),
        .target(name: "CTapsets", path: "tapsets"),
        .target(name: "CSystem"),
        .target(name: "Session", dependencies: ["Kernel", "Evaluator", "CTapsets", "CSystem"]),
        .target(
            name: "CReadline", linkerSettings: [.linkedLibrary("readline"), .linkedLibrary("tinfo")]),
        .target(name: "REPL", dependencies: ["Session", "CReadline"]),
        .executableTarget(
            name: "swtap",
            dependencies: [
                "REPL", "Session", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "SyntaxTests", dependencies: ["Syntax"]),
        .testTarget(name: "SemanticsTests", dependencies: ["Semantics"], exclude: ["Messages"]),
        .testTarget(name: "IRTests", dependencies: ["IR"]),
        .testTarget(name: "EvaluatorTests", dependencies: ["Evaluator"], exclude: ["Corpus"]),
        .testTarget(name: "BPFTests", dependencies: ["BPF"]),
        .testTarget(name: "KernelTests", dependencies: ["Kernel"]),
        .testTarget(name: "SessionTests", dependencies: ["Session"]),
        .testTarget(name: "REPLTests", dependencies: ["REPL"]),
        .testTarget(name: "swtapTests", dependencies: ["swtap"]),
    ],
    swiftLanguageModes: [.v6]
)

// Random handlers in the kernel and in the Evaluator, by `make trials`, beside the static binary, with the support of the unit tests.
if Context.environment["SWTAP_TRIALS"] != nil {
    package.targets.removeAll { $0.type == .test }
    package.targets.append(
        .executableTarget(
            name: "Trials", dependencies: ["Session"], path: "Tests", exclude: ["Live", "EvaluatorTests/Corpus"],
            sources: [
                "Trials", "SessionTests/Handlers/HandlerGenerator.swift", "SessionTests/Handlers/HandlerRun.swift",
                "SessionTests/Handlers/HandlerTrial.swift",
            ]))
}

// The fuzzer is built alone, by `make fuzz`, with the support that it shares with the unit tests.
if Context.environment["SWTAP_FUZZ"] != nil {
    package.targets.removeAll { $0.type == .test }
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["Evaluator"], path: "Tests", exclude: ["Live", "EvaluatorTests/Corpus"],
            sources: [
                "Fuzz", "EvaluatorTests/Exercise.swift", "EvaluatorTests/ScriptRun.swift",
                "EvaluatorTests/TestCatalog.swift", "EvaluatorTests/ProgramBuilder.swift",
            ]))
}
