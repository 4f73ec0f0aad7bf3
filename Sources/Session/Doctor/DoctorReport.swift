// SPDX-License-Identifier: GPL-3.0-or-later

/// What `swtap doctor` found, as text or JSON.
struct DoctorReport {
    /// Facts of the system, in order.
    var system: [(name: String, value: String)]
    var findings: [Finding]

    /// Whether probes of the kernel can be used at all, and those of sockets with them.
    var isHealthy: Bool {
        !findings.contains { finding in
            finding.state == .missing
                && (finding.topic == .conditions || ["kernel.function", "socket.send"].contains(finding.name))
        }
    }

    /// For people: a line for each finding, and what to do below those that need it.
    var text: String {
        var text = ""
        for (name, value) in system { text += pad(name, 12) + value + "\n" }
        for topic in Finding.Topic.allCases {
            let rows = findings.filter { $0.topic == topic }
            guard !rows.isEmpty else { continue }
            text += "\n" + heading(topic) + "\n"
            let width = rows.reduce(0) { max($0, $1.name.utf8.count) } + 2
            for row in rows {
                text += "  " + pad(word(row.state), 9) + pad(row.name, width)
                text += row.purpose + (row.detail.isEmpty ? "" : ": " + row.detail) + "\n"
                if let wayOut = row.wayOut { text += String(repeating: " ", count: 11 + width) + "-> \(wayOut)\n" }
            }
        }
        return text + "\n" + conclusion + "\n"
    }

    /// The sentence at the end.
    private var conclusion: String {
        if !isHealthy {
            return findings.contains { $0.topic == .conditions && $0.state == .missing }
                ? "swtap cannot trace the kernel here. Scripts without probes of the kernel run."
                : "swtap works here, but not its socket probes: see what is missing above."
        }
        let missing = findings.filter { $0.topic == .probes && $0.state == .missing }.map(\.name)
        return missing.isEmpty
            ? "swtap can do everything here." : "swtap works here. Not to be had: \(missing.joined(separator: ", "))."
    }

    /// One object on one line: `docs/json.md`.
    var json: String {
        let rows = findings.map { finding in
            var members: [(String, JSON)] = [
                ("topic", .string(finding.topic.rawValue)), ("name", .string(finding.name)),
                ("state", .string(finding.state.rawValue)), ("purpose", .string(finding.purpose)),
            ]
            if !finding.detail.isEmpty { members.append(("detail", .string(finding.detail))) }
            if let wayOut = finding.wayOut { members.append(("advice", .string(wayOut))) }
            return JSON.object(members)
        }
        let object = JSON.object(
            [("type", .string("doctor"))] + system.map { ($0.name, .string($0.value)) }
                + [("healthy", .bool(isHealthy)), ("findings", .array(rows))])
        return object.text + "\n"
    }

    private func heading(_ topic: Finding.Topic) -> String {
        switch topic {
        case .conditions: "Needed for any probe of the kernel"
        case .probes: "Probes, each attached on trial"
        case .mechanisms: "Mechanisms of the kernel"
        case .settings: "Settings"
        }
    }

    private func word(_ state: Finding.State) -> String {
        switch state {
        case .works: "ok"
        case .limited: "limited"
        case .missing: "MISSING"
        }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.utf8.count))
    }
}

/// Runs `swtap doctor`; the exit status is 0 when the socket probes work.
public func runDoctor(_ options: SessionOptions) -> Int32 {
    do {
        let report = try Doctor(options).examine()
        let status = showText(options.usesJSON ? report.json : report.text)
        return report.isHealthy ? status : 1
    } catch {
        writeError("ERROR: \(error.message)\n")
        return 1
    }
}
