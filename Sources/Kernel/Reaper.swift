// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What keeps probes attached, until it is closed.
public final class TakenAttachments {
    /// In the order of closing.
    private let descriptors: [[Descriptor]]

    init(_ descriptors: [[Descriptor]]) { self.descriptors = descriptors }

    /// How many descriptors there are: each can take a tenth of a second.
    public var count: Int { descriptors.reduce(0) { $0 + $1.count } }

    /// Closes all, and returns when the kernel is done with them.
    public func close() { descriptors.forEach { Reaper.close($0) } }

    /// Closes all at once, where another process has them open too and will be the one that waits.
    public func release() {
        for descriptor in descriptors.joined() { descriptor.close() }
    }
}

/// Closes many descriptors side by side: closing a perf event waits for all CPUs, some 80 ms each.
enum Reaper {
    private final class Work: @unchecked Sendable {
        private var descriptors: [Descriptor]
        private var lock = pthread_mutex_t()

        init(_ descriptors: [Descriptor]) {
            self.descriptors = descriptors
            pthread_mutex_init(&lock, nil)
        }

        deinit { pthread_mutex_destroy(&lock) }

        func run() {
            while true {
                pthread_mutex_lock(&lock)
                let next = descriptors.popLast()
                pthread_mutex_unlock(&lock)
                guard let next else { return }
                next.close()
            }
        }
    }

    /// Closes all and returns when the kernel is done.
    static func close(_ descriptors: [Descriptor]) {
        let work = Work(descriptors.reversed())
        var threads: [pthread_t] = []
        for _ in 0..<min(16, descriptors.count / 4) {
            var thread = pthread_t()
            let context = Unmanaged.passRetained(work).toOpaque()
            let status = pthread_create(
                &thread, nil,
                { context in
                    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                    return nil
                }, context)
            if status == 0 {
                threads.append(thread)
            } else {
                Unmanaged<Work>.fromOpaque(context).release()
                break
            }
        }
        work.run()
        for thread in threads { pthread_join(thread, nil) }
    }
}
