// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

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
