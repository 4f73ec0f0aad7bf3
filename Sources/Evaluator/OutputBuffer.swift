// SPDX-License-Identifier: GPL-3.0-or-later

/// The bytes that handlers printed and the session has not written yet; the memory is kept and used again.
public final class OutputBuffer {
    private struct State {
        var base: UnsafeMutablePointer<UInt8>
        var capacity: Int
        var count = 0
    }

    /// Behind a pointer, so that printing pays no access checks.
    private let state: UnsafeMutablePointer<State>

    /// Creates an empty buffer.
    public init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State(base: .allocate(capacity: 1 << 16), capacity: 1 << 16))
    }

    deinit {
        state.pointee.base.deallocate()
        state.deallocate()
    }

    /// The number of bytes that wait.
    public var count: Int { state.pointee.count }

    /// Whether nothing waits.
    public var isEmpty: Bool { count == 0 }

    /// A copy of the bytes that wait.
    public var bytes: [UInt8] { Array(UnsafeBufferPointer(start: state.pointee.base, count: count)) }

    /// Calls `body` with the bytes that wait; they stay until `removeFirst` or `removeAll`.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: state.pointee.base, count: count))
    }

    /// Forgets the first `number` bytes, at most all of them: they have been written.
    public func removeFirst(_ number: Int) {
        let removed = min(max(number, 0), count)
        let base = state.pointee.base
        base.update(from: base + removed, count: count - removed)
        state.pointee.count -= removed
    }

    /// Forgets all bytes and keeps the memory.
    public func removeAll() { state.pointee.count = 0 }

    /// Appends bytes.
    public func append(_ bytes: [UInt8]) {
        let place = reserve(bytes.count)
        bytes.withUnsafeBufferPointer { if let base = $0.baseAddress { place.update(from: base, count: $0.count) } }
        commit(bytes.count)
    }

    /// The place for up to `room` more bytes; `commit` says how many were written there.
    func reserve(_ room: Int) -> UnsafeMutablePointer<UInt8> {
        if state.pointee.count + room > state.pointee.capacity { grow(room) }
        return state.pointee.base + state.pointee.count
    }

    func commit(_ written: Int) { state.pointee.count += written }

    private func grow(_ room: Int) {
        let larger = max(state.pointee.capacity * 2, count + room)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memory.update(from: state.pointee.base, count: count)
        state.pointee.base.deallocate()
        state.pointee.base = memory
        state.pointee.capacity = larger
    }
}
