// SPDX-License-Identifier: GPL-3.0-or-later

/// The options that `set` and `show` know, for the script of `run`.
struct ScriptOptions {
    private enum Kind {
        case flag
        case number(ClosedRange<Int>)
        case text
    }

    private static let kinds: [(name: String, kind: Kind, summary: String)] = [
        ("auto_analyze", .flag, "analyse the script after each change"),
        ("cmd", .text, "the command to run (-c)"),
        ("guru_mode", .flag, "allow unsafe constructs (-g)"),
        ("keep_tmpdir", .flag, "nothing to keep: swtap builds no module (-k)"),
        ("last_pass", .number(1...5), "stop after this pass (-p)"),
        ("panic_warnings", .flag, "treat warnings as errors (-W)"),
        ("suppress_warnings", .flag, "show no warnings (-w)"),
        ("target_pid", .number(0...Int(Int32.max)), "the process of target() (-x)"),
        ("timing", .flag, "report what each probe cost (-t)"),
        ("unoptimized", .flag, "do not optimize (-u)"),
        ("verbose", .number(0...9), "say more (-v)"),
    ]

    /// The names, sorted.
    static var names: [String] { kinds.map(\.name) }

    private var values: [String: String] = [
        "auto_analyze": "on", "cmd": "", "guru_mode": "off", "keep_tmpdir": "off", "last_pass": "5",
        "panic_warnings": "off", "suppress_warnings": "off", "target_pid": "0", "timing": "off",
        "unoptimized": "off", "verbose": "0",
    ]

    /// The value of an option.
    subscript(name: String) -> String { values[name] ?? "" }

    /// Whether an option is on.
    func isOn(_ name: String) -> Bool { self[name] == "on" }

    /// Sets an option; what is wrong comes back as a message.
    mutating func set(_ name: String, _ value: String) -> String? {
        guard let option = Self.kinds.first(where: { $0.name == name }) else { return Self.unknown(name) }
        switch option.kind {
        case .flag:
            let on = ["on", "1", "yes", "true"].contains(value)
            guard on || ["off", "0", "no", "false"].contains(value) else {
                return "\(name) is on or off, not '\(value)'"
            }
            values[name] = on ? "on" : "off"
        case .number(let range):
            guard let number = Int(value), range.contains(number) else {
                return "\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(value)'"
            }
            values[name] = String(number)
        case .text: values[name] = value
        }
        return nil
    }

    /// One option, or all, as lines; nil for one that there is not.
    func shown(_ name: String?) -> String? {
        let chosen = Self.kinds.filter { name == nil || $0.name == name }
        guard !chosen.isEmpty else { return nil }
        return chosen.map { option in
            let setting = "\(option.name): \(self[option.name])"
            return setting + String(repeating: " ", count: max(1, 26 - setting.count)) + option.summary + "\n"
        }.joined()
    }

    /// The message for a name that means nothing.
    static func unknown(_ name: String) -> String {
        "there is no option '\(name)'; there are \(names.joined(separator: ", "))"
    }

    /// The words for the command line.
    var words: [String] {
        var words: [String] = []
        for (name, word) in [
            ("guru_mode", "-g"), ("panic_warnings", "-W"), ("suppress_warnings", "-w"), ("timing", "-t"),
            ("unoptimized", "-u"),
        ] where isOn(name) { words.append(word) }
        words += Array(repeating: "-v", count: Int(self["verbose"]) ?? 0)
        if self["last_pass"] != "5" { words += ["-p", self["last_pass"]] }
        if self["target_pid"] != "0" { words += ["-x", self["target_pid"]] }
        if !self["cmd"].isEmpty { words += ["-c", self["cmd"]] }
        return words
    }
}
