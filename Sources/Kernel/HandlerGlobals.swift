// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf
import Glibc
import IR

/// Where user space keeps its globals.
public protocol GlobalStore: AnyObject {
    /// Adds to a number.
    func add(_ value: Int64, to global: Int)
    /// What a number is.
    func number(_ global: Int) -> Int64
    /// Sets a number.
    func set(_ global: Int, to value: Int64)
    /// What a string is.
    func text(_ global: Int) -> [UInt8]
    /// Sets a string to bytes up to a NUL or the size.
    func set(_ global: Int, to text: UnsafeRawPointer, size: Int)
    /// Takes in one CPU's statistics of a scalar.
    func merge(_ record: UnsafePointer<Int64>, into global: Int)
    /// Takes in an element: adds a number to it, or one CPU's statistics of it, or sets its string. False when the array is full.
    func merge(
        _ value: UnsafePointer<Int64>, key: UnsafeRawPointer, _ layout: ElementLayout, into global: Int
    ) -> Bool
    /// Empties an array.
    func removeElements(of global: Int)
    /// Hands the elements of an array over in their order, as keys and values; returns how many could not be.
    func exportElements(
        of global: Int, _ layout: ElementLayout, _ body: (UnsafeRawPointer, UnsafeMutableRawPointer) -> Bool
    ) -> Int
}

/// The globals that handlers in the kernel name: their maps, and the ways between these and the globals of user space.
final class HandlerGlobals {
    private let placement: Placement
    private let layout: GlobalsLayout
    private var arrays: [MapReference: KernelMap] = [:]
    private var numberMap: KernelMap?
    private var sumMap: KernelMap?
    private var patternMap: KernelMap?
    private let numbers: UnsafeMutableRawPointer?
    private let sums: UnsafeMutableRawPointer?
    private let barrier: ProgramBarrier
    private let processors: Int
    /// Arrays that had no room for an element that came from the kernel.
    private var overflows: [Int] = []

    init(
        _ placement: Placement, _ layout: GlobalsLayout, processors: Int, barrier: ProgramBarrier
    ) throws(KernelError) {
        self.placement = placement
        self.layout = layout
        self.processors = processors
        self.barrier = barrier
        for spec in layout.arrays { arrays[spec.reference] = try KernelMap(spec) }
        numberMap = try layout.numberMap.map { spec throws(KernelError) in try KernelMap(spec) }
        sumMap = try layout.sumMap.map { spec throws(KernelError) in try KernelMap(spec) }
        patternMap = try layout.patterns.map.map { spec throws(KernelError) in try KernelMap(spec) }
        numbers = try numberMap.map { map throws(KernelError) in try map.mapped() }
        sums = try sumMap.map { map throws(KernelError) in try map.mapped() }
        layout.patterns.bytes.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { _ = patternMap?.update(key: 0, value: base) }
        }
    }

    /// The descriptor of a map by its role.
    func descriptor(of reference: MapReference) -> Int32? {
        switch reference {
        case .globals: numberMap?.descriptor.number
        case .sums: sumMap?.descriptor.number
        case .patterns: patternMap?.descriptor.number
        default: arrays[reference]?.descriptor.number
        }
    }

    /// The overflows since the last call.
    func takeOverflows() -> [Int] {
        defer { overflows = [] }
        return overflows
    }

    /// Whether there are sums to take in.
    var hasSums: Bool { placement.homes.contains(.sums) }

    /// Takes in the sums, and lets handlers add to the other generation meanwhile; `isShut` says that no handler runs any more.
    func collect(into store: any GlobalStore, control: UnsafeMutableRawPointer, isShut: Bool = false) {
        guard hasSums else { return }
        let generation = Int(swtap_load_acquire64(control + ControlLayout.generation)) & 1
        if !isShut {
            swtap_store_release64(control + ControlLayout.generation, UInt64(1 - generation))
            barrier.wait()
        }
        for (index, home) in placement.homes.enumerated() where home == .sums {
            if let element = placement.layouts[index] {
                collectElements(of: index, element, generation, store)
            } else {
                collectScalar(index, generation, store)
            }
        }
    }

    private func collectScalar(_ global: Int, _ generation: Int, _ store: any GlobalStore) {
        guard let sums else { return }
        let statistics = placement.program.globals[global].statistics.map { StatisticsShape($0) }
        for shard in 0..<layout.shards {
            let place = (sums + layout.offset(ofSums: global, generation: generation, shard: shard))
                .assumingMemoryBound(to: Int64.self)
            if let statistics {
                store.merge(place, into: global)
                place.update(repeating: 0, count: statistics.words)
            } else {
                store.add(place.pointee, to: global)
                place.pointee = 0
            }
        }
    }

    /// An element with the keys and values of all CPUs, as it was read.
    private struct Element {
        var order: UInt64
        var key: Int
        var value: Int
    }

    private func collectElements(
        of global: Int, _ element: ElementLayout, _ generation: Int, _ store: any GlobalStore
    ) {
        guard let map = arrays[.elements(global, generation: generation)] else { return }
        let copies = placement.program.globals[global].statistics == nil ? 1 : processors
        forEachElement(of: map, element, copies: copies) { key, value in
            var fits = true
            for copy in 0..<copies {
                let record = value + copy * element.valueSize
                fits = store.merge(record.assumingMemoryBound(to: Int64.self), key: key, element, into: global) && fits
            }
            if !fits { overflows.append(global) }
            map.delete(key: key)
        }
    }

    /// Visits the elements of a map in the order of their insertion.
    private func forEachElement(
        of map: KernelMap, _ element: ElementLayout, copies: Int, _ body: (UnsafeRawPointer, UnsafeRawPointer) -> Void
    ) {
        let keySize = element.keySize
        let valueSize = element.valueSize * copies
        var keys: [UInt8] = []
        var key = [UInt8](repeating: 0, count: keySize)
        var hasKey = false
        while true {
            var next = [UInt8](repeating: 0, count: keySize)
            guard map.next(hasKey ? key : nil, into: &next) else { break }
            keys += next
            key = next
            hasKey = true
        }
        let count = keys.count / max(keySize, 1)
        let keyMemory = UnsafeMutableRawPointer.allocate(byteCount: max(keys.count, 8), alignment: 8)
        let values = UnsafeMutableRawPointer.allocate(byteCount: max(count * valueSize, 8), alignment: 8)
        defer {
            keyMemory.deallocate()
            values.deallocate()
        }
        keys.withUnsafeBytes { if let base = $0.baseAddress { keyMemory.copyMemory(from: base, byteCount: $0.count) } }
        var elements: [Element] = []
        for index in 0..<count {
            let (key, value) = (keyMemory + index * keySize, values + index * valueSize)
            guard map.lookUp(key: key, into: value) else { continue }
            var order = UInt64.max
            for copy in 0..<copies {
                let time = value.load(fromByteOffset: copy * element.valueSize + element.orderOffset, as: UInt64.self)
                if time != 0 { order = min(order, time) }
            }
            elements.append(Element(order: order, key: index * keySize, value: index * valueSize))
        }
        elements.sort { ($0.order, $0.key) < ($1.order, $1.key) }
        for one in elements { body(keyMemory + one.key, values + one.value) }
    }

    // MARK: Globals that the kernel has

    /// Hands over what handlers of user space have made before the probes open; the arrays with elements that do not fit.
    func handOver(_ store: any GlobalStore) -> [Int] {
        var failures: [Int] = []
        for (index, home) in placement.homes.enumerated() where home == .kernel || home == .shared {
            guard let element = placement.layouts[index] else {
                if let place = numbers.map({ $0 + (layout.numbers[index] ?? 0) }) {
                    handOver(index, to: place, store)
                }
                continue
            }
            guard let map = arrays[.elements(index, generation: 0)] else { continue }
            var order: UInt64 = 0
            let failed = store.exportElements(of: index, element) { key, value in
                order += 1
                value.storeBytes(of: order, toByteOffset: element.orderOffset, as: UInt64.self)
                return map.update(key: key, value: value)
            }
            if failed > 0 { failures.append(index) }
        }
        return failures
    }

    private func handOver(_ global: Int, to place: UnsafeMutableRawPointer, _ store: any GlobalStore) {
        guard let size = placement.textSizes[global] else {
            return place.storeBytes(of: store.number(global), as: Int64.self)
        }
        let text = store.text(global).prefix(size - 1)
        place.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        text.withUnsafeBytes { if let base = $0.baseAddress { place.copyMemory(from: base, byteCount: $0.count) } }
    }

    /// Takes everything back when the probes are shut.
    func takeBack(_ store: any GlobalStore) {
        for (index, home) in placement.homes.enumerated() where home == .kernel {
            guard let element = placement.layouts[index] else {
                guard let place = numbers.map({ $0 + (layout.numbers[index] ?? 0) }) else { continue }
                if let size = placement.textSizes[index] {
                    store.set(index, to: place, size: size)
                } else {
                    store.set(index, to: place.load(as: Int64.self))
                }
                continue
            }
            guard let map = arrays[.elements(index, generation: 0)] else { continue }
            store.removeElements(of: index)
            forEachElement(of: map, element, copies: 1) { key, value in
                if !store.merge(value.assumingMemoryBound(to: Int64.self), key: key, element, into: index) {
                    overflows.append(index)
                }
            }
        }
    }
}
