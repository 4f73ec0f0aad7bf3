// SPDX-License-Identifier: GPL-3.0-or-later
import BPF
import CLibbpf

/// The maps that all programs of a session share.
final class CaptureMaps {
    /// The control words, mapped.
    let control: UnsafeMutableRawPointer
    /// The counters, mapped.
    let counters: UnsafeMutableRawPointer
    /// The reader of the ring buffer.
    private(set) var ring: RingBuffer
    /// Waits for the programs that are running.
    let barrier: ProgramBarrier
    private let controlMap: KernelMap
    private let counterMap: KernelMap
    private var ringMap: KernelMap
    private var zerosMap: KernelMap?
    /// The globals that handlers in the kernel name, where there are some.
    var globals: HandlerGlobals?
    /// The map of processes that probes are about, where there is one.
    var processes: KernelMap?
    /// The perf counters of the program.
    var perfCounters: PerfCounters?

    init(counters layout: CounterLayout, ringBytes: Int, probeGates: Int = 0) throws(KernelError) {
        controlMap = try KernelMap(.control(probeGates: probeGates))
        counterMap = try KernelMap(.counters(layout))
        ringMap = try KernelMap(.ring(bytes: ringBytes))
        control = try controlMap.mapped()
        counters = try counterMap.mapped()
        ring = try RingBuffer(map: ringMap)
        barrier = try ProgramBarrier()
    }

    /// Makes the ring buffer anew, of so many bytes, where it is smaller: before the programs that write to it are loaded.
    func growRing(to bytes: Int) throws(KernelError) {
        guard ringMap.entries < bytes else { return }
        ringMap = try KernelMap(.ring(bytes: bytes))
        ring = try RingBuffer(map: ringMap)
    }

    /// Makes sure that there are zeros for the largest of some programs; programs keep the map that they were loaded with.
    func provideZeros(_ spec: MapSpec) throws(KernelError) {
        if let zerosMap, zerosMap.valueSize >= spec.valueSize { return }
        zerosMap = try KernelMap(spec)
    }

    /// The descriptor of a map by its role; `entries` is the map of saved entries of the program that asks.
    func descriptor(of reference: MapReference, entries: KernelMap?, scratch: KernelMap? = nil) -> Int32? {
        switch reference {
        case .control: controlMap.descriptor.number
        case .counters: counterMap.descriptor.number
        case .ring: ringMap.descriptor.number
        case .zeros: zerosMap?.descriptor.number
        case .entries: entries?.descriptor.number
        case .reader, .programs: nil
        case .scratch: scratch?.descriptor.number
        case .globals, .sums, .elements, .patterns: globals?.descriptor(of: reference)
        case .processes: processes?.descriptor.number
        case .counterEvents, .counterStarts, .counterTotals: perfCounters?.descriptor(of: reference)
        }
    }
}

extension KernelMap {
    /// Makes the map that a specification of the back-end describes.
    convenience init(_ spec: MapSpec) throws(KernelError) {
        // BPF_F_MMAPABLE.
        try self.init(
            bpf_map_type(spec.type.rawValue), name: spec.name, keySize: spec.keySize, valueSize: spec.valueSize,
            entries: spec.maxEntries, flags: spec.isMappable ? 1 << 10 : 0)
    }
}
