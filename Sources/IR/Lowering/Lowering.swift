// SPDX-License-Identifier: GPL-3.0-or-later
import Semantics
import Syntax

/// What the lowering needs beside the program.
public struct LoweringOptions: Sendable {
    /// The run-time limits.
    public var limits: Limits
    /// What `target()` is: the process id of `-x` or `-c`, or 0.
    public var target: Int64
    /// Creates options.
    public init(limits: Limits = Limits(), target: Int64 = 0) {
        self.limits = limits
        self.target = target
    }
}

/// What pass 3 yields; the program may be run when there are no diagnostics.
public struct LoweringResult {
    /// The lowered program.
    public var program: IRProgram
    /// Semantic errors that only lowering can tell.
    public var diagnostics: [Diagnostic]
}

/// Lowers a checked program to the IR and plans the captures of its kernel events. Errors come back as diagnostics.
public func lower(_ checked: CheckedProgram, options: LoweringOptions) -> LoweringResult {
    let tables = ProgramTables(limits: options.limits)
    let traits = FunctionTraits(checked)
    if options.limits.maxNesting == nil { tables.program.limits.maxNesting = traits.nesting(of: checked) }
    tables.program.notesMatches = traits.notesMatches
    var diagnostics: [Diagnostic] = []

    tables.program.globals = checked.globals.map { lower($0, limits: options.limits) }
    tables.program.functions = checked.functions.map { function in
        var unit = IRUnit(name: function.name)
        unit.result = function.result
        return unit
    }
    tables.program.probes = checked.probes
    for probe in checked.probes {
        let lowering = UnitLowering(
            name: probe.point, checked: checked, tables: tables, traits: traits, target: options.target,
            captured: probe.event.isKernel ? probe : nil)
        lowering.lowerHandler(probe)
        diagnostics += lowering.diagnostics
        var unit = lowering.unit
        let cleaner = PassManager(tables: tables, traits: traits)
        cleaner.run(PassManager.cleaning, on: &unit)
        var plan: CapturePlan?
        if probe.event.isKernel {
            var planner = CapturePlanner(
                unit: unit, tables: tables, traits: traits, impliedTests: lowering.impliedTests)
            plan = planner.run()
            unit = planner.unit
            diagnostics += planner.diagnostics
            cleaner.run(PassManager.cleaning, on: &unit)
        }
        cleaner.run(PassManager.sharing, on: &unit)
        cleaner.run(PassManager.finishing, on: &unit)
        tables.program.handlers.append(unit)
        tables.program.captures.append(plan)
    }
    lowerFunctions(checked, tables: tables, traits: traits, target: options.target)
    lowerConditions(checked, tables: tables, traits: traits, target: options.target)
    assert(!diagnostics.isEmpty || validate(tables.program).isEmpty, validate(tables.program).joined(separator: "\n"))
    return LoweringResult(program: tables.program, diagnostics: diagnostics)
}

/// Lowers the conditions of probes, for arming.
private func lowerConditions(_ checked: CheckedProgram, tables: ProgramTables, traits: FunctionTraits, target: Int64) {
    tables.program.conditions = checked.probes.map { probe in
        guard let condition = probe.condition else { return nil }
        let lowering = UnitLowering(
            name: "condition of \(probe.point)", checked: checked, tables: tables, traits: traits, target: target,
            captured: nil)
        lowering.lowerCondition(condition)
        var unit = lowering.unit
        let cleaner = PassManager(tables: tables, traits: traits)
        cleaner.run(PassManager.cleaning, on: &unit)
        cleaner.run(PassManager.finishing, on: &unit)
        tables.program.functions.append(unit)
        return tables.program.functions.count - 1
    }
}

/// Lowers the functions that something still calls; the others keep their place with an empty body.
private func lowerFunctions(_ checked: CheckedProgram, tables: ProgramTables, traits: FunctionTraits, target: Int64) {
    var waiting: [Int] = []
    var isWanted = [Bool](repeating: false, count: checked.functions.count)
    func want(_ function: Int) {
        guard !isWanted[function] else { return }
        isWanted[function] = true
        waiting.append(function)
    }
    func scan(_ unit: IRUnit) {
        for block in unit.blocks {
            for instruction in block.instructions where instruction.op == .call { want(Int(instruction.a)) }
        }
        if let next = unit.nextOverload { want(next) }
    }
    for handler in tables.program.handlers { scan(handler) }
    while let index = waiting.popLast() {
        let function = checked.functions[index]
        let lowering = UnitLowering(
            name: function.name, checked: checked, tables: tables, traits: traits, target: target, captured: nil)
        lowering.lowerFunction(function)
        var unit = lowering.unit
        let cleaner = PassManager(tables: tables, traits: traits)
        cleaner.run(PassManager.cleaning, on: &unit)
        cleaner.run(PassManager.sharing, on: &unit)
        cleaner.run(PassManager.finishing, on: &unit)
        tables.program.functions[index] = unit
        scan(unit)
    }
    for function in checked.functions where !isWanted[function.index] {
        var block = IRBlock()
        block.instructions = [Instruction(.returnVoid, site: tables.site(function.token, inlinedAt: nil))]
        tables.program.functions[function.index].blocks = [block]
        tables.program.functions[function.index].result = .unknown
    }
}

private func lower(_ global: CheckedGlobal, limits: Limits) -> IRGlobal {
    IRGlobal(
        name: global.name, keyTypes: global.keyTypes, valueType: global.valueType,
        capacity: global.declaredSize ?? limits.maxMapEntries, isDeclaredSize: global.declaredSize != nil,
        wraps: global.wraps, initial: global.initial, isDisplayed: global.isDisplayed, isPointer: global.isPointer,
        statistics: global.statistics)
}
