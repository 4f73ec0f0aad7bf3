// SPDX-License-Identifier: GPL-3.0-or-later
import Syntax

/// Resolves probe points: through aliases, wildcards and alternatives down to the events of the families.
final class PointResolver {
    private let analyzer: Analyzer
    private let root = PointTree()
    /// The aliases that are being expanded.
    private var stack: [AliasEntry] = []

    init(analyzer: Analyzer) {
        self.analyzer = analyzer
        for family in allProbeFamilies { root.add(family) }
        for (path, reason) in Refusal.families { root.refuse(path, reason: reason) }
        for alias in analyzer.symbols.aliases { root.add(alias) }
    }

    /// What is carried along while one point of a statement is resolved.
    private struct Way {
        var scriptPoint: String?
        var derivation: [(point: String, token: Token)] = []
        var token: Token
        var parts: [ScopedBlock]
        var userBody: Block
        var conditions: [ScopedCondition] = []
    }

    /// All probes that a statement stands for.
    func derive(_ declaration: ProbeDeclaration, scope: FileScope) throws(Diagnostic) -> [DerivedProbe] {
        let body = ScopedBlock(block: declaration.body, scope: scope)
        let way = Way(token: declaration.token, parts: [body], userBody: declaration.body)
        return try derive(declaration.points, way, scope: scope, isOptional: false)
    }

    private func derive(
        _ points: [ProbePoint], _ way: Way, scope: FileScope, isOptional: Bool
    ) throws(Diagnostic) -> [DerivedProbe] {
        var all: [DerivedProbe] = []
        for point in points {
            var way = way
            if way.derivation.isEmpty { way.token = point.components[0].token }
            if let condition = point.condition {
                way.conditions.append(ScopedCondition(expression: condition, scope: scope))
            }
            way.derivation.append((point.text, point.components[0].token))
            let mayFail = isOptional || point.isOptional || point.isSufficient
            var found: [DerivedProbe] = []
            do throws(Diagnostic) {
                found = try match(point.components, at: 0, node: root, way, isOptional: mayFail)
                if found.isEmpty, !mayFail { throw Diagnostic(.semanticError, "no match") }
            } catch {
                // What is wrong with the script itself is wrong under `?` too.
                if !mayFail { throw wrapped(error, point) }
            }
            all += found
            if point.isSufficient, !found.isEmpty { break }
        }
        return all
    }

    private func wrapped(_ cause: Diagnostic, _ point: ProbePoint) -> Diagnostic {
        var cause = cause
        let chain = cause.chain
        cause.chain = []
        return Diagnostic(
            .semanticError, "while resolving probe point", tokens: [point.components[0].token],
            chain: [cause] + chain)
    }

    private func match(
        _ components: [ProbeComponent], at position: Int, node: PointTree, _ way: Way, isOptional: Bool
    ) throws(Diagnostic) -> [DerivedProbe] {
        if let reason = node.refusal {
            throw Diagnostic(.semanticError, reason, tokens: [components[max(position - 1, 0)].token], site: reason)
        }
        guard position < components.count else { return try end(components, node: node, way, isOptional: isOptional) }
        let component = components[position]
        do throws(Diagnostic) {
            if component.name == "**" {
                return try matchSpan(components, at: position, node: node, way, isOptional: isOptional)
            }
            if component.name.contains("*") {
                return try matchWildcard(components, at: position, node: node, way, isOptional: isOptional)
            }
            let key = PointKey(name: component.name, argument: ArgumentKind(component.argument))
            if let child = node.children[key] {
                return try match(components, at: position + 1, node: child, way, isOptional: isOptional)
            }
            let similar = similarNames(to: component.name, among: node.children.keys.map(\.name))
            throw Diagnostic(
                .semanticError, "probe point mismatch\(similarSuffix(similar))", tokens: [component.token])
        } catch {
            // Components that an alias does not know are meant for the points that it stands for.
            guard !node.aliases.isEmpty, error.message.hasPrefix("probe point mismatch") else { throw error }
            return try expand(
                node.aliases, components: components, suffix: Array(components[position...]), way,
                isOptional: isOptional)
        }
    }

    private func end(
        _ components: [ProbeComponent], node: PointTree, _ way: Way, isOptional: Bool
    ) throws(Diagnostic) -> [DerivedProbe] {
        guard node.isEnd else {
            let follow = node.sortedChildren.filter { $0.value.refusal == nil }.map(\.key.text)
            let last = components[components.count - 1].token
            throw Diagnostic(
                .semanticError, "probe point truncated\(similarSuffix(follow, word: "follow"))", tokens: [last])
        }
        var all = try expand(node.aliases, components: components, suffix: [], way, isOptional: isOptional)
        let usesTargets = way.parts.contains { $0.block.usesTargets }
        let context = PointContext(
            catalog: analyzer.catalog, ticksPerSecond: analyzer.options.ticksPerSecond, usesTargets: usesTargets,
            suggests: !isOptional, isGuru: analyzer.options.guruMode)
        for family in node.families {
            for point in try family.resolve(PointMatch(components: components), context) {
                all.append(derived(point, way))
            }
        }
        return all
    }

    private func derived(_ point: ResolvedPoint, _ way: Way) -> DerivedProbe {
        DerivedProbe(
            point: point.point, scriptPoint: way.scriptPoint ?? point.scriptPoint ?? point.point,
            derivation: way.derivation,
            functionName: point.functionName, event: point.event, token: way.token, parts: way.parts,
            userBody: way.userBody, conditions: way.conditions, exitsAtEnd: point.exitsAtEnd)
    }

    /// Replaces an alias by the points that it stands for.
    private func expand(
        _ aliases: [AliasEntry], components: [ProbeComponent], suffix: [ProbeComponent], _ way: Way, isOptional: Bool
    ) throws(Diagnostic) -> [DerivedProbe] {
        var all: [DerivedProbe] = []
        for alias in aliases {
            let text = components.map(\.text).joined(separator: ".")
            if stack.contains(where: { $0 === alias }) {
                throw Diagnostic(
                    .semanticError, "recursive loop in alias expansion of \(text)", tokens: [components[0].token])
            }
            stack.append(alias)
            defer { stack.removeLast() }
            var way = way
            way.scriptPoint = way.scriptPoint ?? text
            let declaration = alias.declaration
            if let prologue = declaration.prologue {
                way.parts.insert(ScopedBlock(block: prologue, scope: alias.scope), at: 0)
            }
            if let epilogue = declaration.epilogue {
                way.parts.append(ScopedBlock(block: epilogue, scope: alias.scope))
            }
            var points = declaration.points
            if !suffix.isEmpty {
                for index in points.indices { points[index].components += suffix }
            }
            let found = try derive(points, way, scope: alias.scope, isOptional: isOptional)
            if !found.isEmpty, analyzer.dependsOnVersion(declaration.token) {
                analyzer.warn(Analyzer.versionDependentProbe, components[0].token)
            }
            if !found.isEmpty { analyzer.pullIn(alias.scope) }
            all += found
        }
        return all
    }

    private func matchWildcard(
        _ components: [ProbeComponent], at position: Int, node: PointTree, _ way: Way, isOptional: Bool
    ) throws(Diagnostic) -> [DerivedProbe] {
        let component = components[position]
        let kind = ArgumentKind(component.argument)
        var all: [DerivedProbe] = []
        for (key, child) in node.sortedChildren
        where key.argument == kind && child.refusal == nil && Glob(component.name).matches(key.name) {
            var named = components
            named[position].name = key.name
            // Candidates that do not work do not matter as long as one does.
            do throws(Diagnostic) {
                all += try match(named, at: position + 1, node: child, way, isOptional: true)
            } catch {}
        }
        if all.isEmpty {
            let similar = similarNames(to: component.name, among: node.children.keys.map(\.name))
            throw Diagnostic(
                .semanticError,
                "probe point mismatch: didn't find any wildcard matches\(similarSuffix(similar))",
                tokens: [component.token])
        }
        return all
    }

    /// `**`: one component or several.
    private func matchSpan(
        _ components: [ProbeComponent], at position: Int, node: PointTree, _ way: Way, isOptional: Bool
    ) throws(Diagnostic) -> [DerivedProbe] {
        var one = components
        one[position].name = "*"
        var more = one
        more.insert(components[position], at: position + 1)
        var all: [DerivedProbe] = []
        var problem: Diagnostic?
        for attempt in [one, more] {
            do throws(Diagnostic) {
                all += try match(attempt, at: position, node: node, way, isOptional: true)
            } catch {
                problem = problem ?? error
            }
        }
        if all.isEmpty, let problem { throw problem }
        return all
    }
}
