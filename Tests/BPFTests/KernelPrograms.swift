// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

@testable import BPF

/// The bpf system call, as far as these tests need it.
enum KernelBPF {
    /// Whether programs can be loaded here; says so loudly when not.
    static let isAvailable: Bool = {
        guard geteuid() == 0 else {
            print("SKIPPED: no root, generated programs are NOT checked by this kernel's verifier")
            return false
        }
        guard let reader = try? MemoryReader.currentTask(), let map = try? createMap(MemoryReader.map),
            let program = try? load(reader, maps: [.reader: map])
        else {
            print("SKIPPED: this kernel loads no BPF, generated programs are NOT checked by its verifier")
            return false
        }
        close(program)
        close(map)
        return true
    }()

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// The arguments of a bpf call.
    struct Arguments {
        private(set) var bytes = [UInt8](repeating: 0, count: 160)

        mutating func set(_ offset: Int, _ value: UInt32) {
            for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)) }
        }

        mutating func set(_ offset: Int, _ value: UInt64) {
            set(offset, UInt32(truncatingIfNeeded: value))
            set(offset + 4, UInt32(truncatingIfNeeded: value >> 32))
        }

        mutating func set(_ offset: Int, _ pointer: UnsafeRawPointer?) {
            set(offset, UInt64(UInt(bitPattern: pointer)))
        }
    }

    private typealias SystemCall = @convention(c) (Int, Int, UnsafeMutableRawPointer?, Int) -> Int
    private static let systemCall: SystemCall? = dlsym(nil, "syscall").map {
        unsafeBitCast($0, to: SystemCall.self)
    }

    static func call(_ command: Int, _ arguments: inout Arguments, size: Int = 144) -> Int {
        #if arch(arm64)
            let number = 280
        #else
            let number = 321
        #endif
        var bytes = arguments.bytes
        let result = bytes.withUnsafeMutableBytes { systemCall?(number, command, $0.baseAddress, size) ?? -1 }
        for word in 0..<2 {
            arguments.set(word * 4, bytes.withUnsafeBytes { $0.load(fromByteOffset: word * 4, as: UInt32.self) })
        }
        return result
    }

    static func createMap(_ spec: MapSpec) throws -> Int32 {
        var arguments = Arguments()
        arguments.set(0, spec.type.rawValue)
        arguments.set(4, UInt32(spec.keySize))
        arguments.set(8, UInt32(spec.valueSize))
        arguments.set(12, UInt32(spec.maxEntries))
        arguments.set(16, spec.isMappable ? UInt32(1 << 10) : 0)
        let descriptor = call(0, &arguments)
        guard descriptor >= 0 else {
            throw Failure(description: "map \(spec.name): \(String(cString: strerror(errno)))")
        }
        return Int32(descriptor)
    }

    /// Loads a program; the error has the end of the verifier's log.
    static func load(_ program: BPFProgram, maps: [MapReference: Int32]) throws -> Int32 {
        guard let code = program.linked({ maps[$0] }) else { throw Failure(description: "a map is missing") }
        let attempt = { (log: UnsafeMutableRawBufferPointer?) -> Int in
            "GPL".withCString { license in
                code.withUnsafeBytes { code in
                    var arguments = Arguments()
                    arguments.set(0, program.type.rawValue)
                    arguments.set(4, UInt32(code.count / 8))
                    arguments.set(8, code.baseAddress)
                    arguments.set(16, UnsafeRawPointer(license))
                    arguments.set(68, program.expectedAttachType.rawValue)
                    if let log {
                        arguments.set(24, UInt32(1))
                        arguments.set(28, UInt32(log.count))
                        arguments.set(32, UnsafeRawPointer(log.baseAddress))
                    }
                    return call(5, &arguments)
                }
            }
        }
        let descriptor = attempt(nil)
        if descriptor >= 0 { return Int32(descriptor) }
        let reason = String(cString: strerror(errno))
        let log = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 24, alignment: 8)
        defer { log.deallocate() }
        log[0] = 0
        _ = attempt(log)
        let text = String(decoding: log.prefix { $0 != 0 }, as: UTF8.self)
        throw Failure(description: "\(program.name): \(reason)\n\(text.suffix(6000))")
    }

    /// Runs a raw tracepoint program once on a context of words; its result.
    static func run(_ program: Int32, context: [UInt64]) throws -> UInt32 {
        var arguments = Arguments()
        let result = context.withUnsafeBytes { bytes in
            arguments.set(0, UInt32(bitPattern: program))
            arguments.set(40, UInt32(bytes.count))
            arguments.set(48, bytes.baseAddress)
            return call(10, &arguments, size: 80)
        }
        guard result >= 0 else { throw Failure(description: "run: \(String(cString: strerror(errno)))") }
        return arguments.bytes.withUnsafeBytes { $0.load(fromByteOffset: 4, as: UInt32.self) }
    }

    /// How many instructions the verifier walked through (Linux 5.16).
    static func verifiedInstructions(_ program: Int32) -> Int {
        var info = [UInt8](repeating: 0, count: 256)
        return info.withUnsafeMutableBytes { bytes in
            var arguments = Arguments()
            arguments.set(0, UInt32(bitPattern: program))
            arguments.set(4, UInt32(bytes.count))
            arguments.set(8, UnsafeRawPointer(bytes.baseAddress))
            guard call(15, &arguments, size: 16) >= 0 else { return 0 }
            return Int(bytes.load(fromByteOffset: 216, as: UInt32.self))
        }
    }
}

/// A ring buffer of the kernel, read without libbpf.
final class KernelRing {
    static let size = 1 << 16
    let descriptor: Int32
    private let consumer: UnsafeMutableRawPointer
    private let producer: UnsafeRawPointer

    init() throws {
        descriptor = try KernelBPF.createMap(.ring(bytes: Self.size))
        guard let consumer = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            let producer = mmap(nil, 4096 + 2 * Self.size, PROT_READ, MAP_SHARED, descriptor, 4096),
            consumer != MAP_FAILED, producer != MAP_FAILED
        else { throw KernelBPF.Failure(description: "ring: \(String(cString: strerror(errno)))") }
        self.consumer = consumer
        self.producer = UnsafeRawPointer(producer)
    }

    /// Takes the records that are there.
    func drain() -> [[UInt8]] {
        var records: [[UInt8]] = []
        var position = consumer.load(as: UInt64.self)
        while position < producer.load(as: UInt64.self) {
            let start = producer + 4096 + Int(position) & (Self.size - 1)
            let length = Int(start.load(as: UInt32.self) & 0x3fff_ffff)
            records.append(Array(UnsafeRawBufferPointer(start: start + 8, count: length)))
            position += UInt64((length + 8 + 7) / 8 * 8)
        }
        consumer.storeBytes(of: position, as: UInt64.self)
        return records
    }
}

/// An array map's only value, mapped.
final class KernelValue {
    let descriptor: Int32
    let memory: UnsafeMutableRawPointer

    init(_ spec: MapSpec) throws {
        descriptor = try KernelBPF.createMap(spec)
        guard let memory = mmap(nil, spec.valueSize, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            memory != MAP_FAILED
        else { throw KernelBPF.Failure(description: "map: \(String(cString: strerror(errno)))") }
        self.memory = memory
    }
}
