// SPDX-License-Identifier: GPL-3.0-or-later

/// What the conditions of the preprocessor ask about.
public struct PreprocessorEnvironment: Sendable {
    /// The kernel's release with its local suffix, as `uname -r` prints it: `6.12.57-cloud-amd64`.
    public var kernelRelease: String
    /// The architecture in SystemTap's words: `x86_64`, `arm64`, ….
    public var architecture: String
    /// The answer to `runtime`.
    public var runtime: String
    /// The language version to answer `systemtap_v` with; `--compatible` lowers it.
    public var systemtapVersion: String
    /// Whether `-g` was given.
    public var guruMode: Bool
    /// The answer to `systemtap_privilege`: `stapusr`, `stapsys` or `stapdev`.
    public var privilege: String
    /// Looks up a kernel configuration option such as `CONFIG_BPF`; nil when unset. Called only when asked for.
    public var config: @Sendable (String) -> String?

    /// Creates an environment; what is not given answers like a current eBPF run of a root user.
    public init(
        kernelRelease: String, architecture: String = "x86_64", runtime: String = "bpf",
        systemtapVersion: String = "5.6", guruMode: Bool = false, privilege: String = "stapdev",
        config: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.kernelRelease = kernelRelease
        self.architecture = architecture
        self.runtime = runtime
        self.systemtapVersion = systemtapVersion
        self.guruMode = guruMode
        self.privilege = privilege
        self.config = config
    }
}

/// What a file is parsed with.
public struct ParseOptions: Sendable {
    /// The facts for the preprocessor, and guru mode.
    public var environment: PreprocessorEnvironment
    /// The script's arguments, for `$1 @1 $# @#`.
    public var scriptArguments: [ByteString]
    /// The macros of the `.stpm` files.
    public var libraryMacros: MacroLibrary

    /// Creates options.
    public init(
        environment: PreprocessorEnvironment, scriptArguments: [ByteString] = [],
        libraryMacros: MacroLibrary = MacroLibrary()
    ) {
        self.environment = environment
        self.scriptArguments = scriptArguments
        self.libraryMacros = libraryMacros
    }
}

/// What parsing gave: as much of the tree as could be read, and everything there is to say about the rest.
public struct ParseResult: Sendable {
    /// The declarations that were read without error.
    public var file: ParsedFile
    /// Errors and warnings in the order of the text.
    public var diagnostics: [Diagnostic]
    /// The numbers of the script arguments that the file mentions, from 1.
    public var usedArguments: Set<Int>

    /// Whether anything was an error, not only a warning.
    public var hasErrors: Bool { diagnostics.contains { $0.kind != .warning } }
}
