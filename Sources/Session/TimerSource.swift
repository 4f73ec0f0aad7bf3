// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// A periodic kernel timer on a descriptor.
final class TimerSource {
    /// Becomes readable when the timer fires.
    let descriptor: Int32
    private let interval: UInt64
    private let randomize: UInt64

    /// A timer that is not armed; `interval` and `randomize` in nanoseconds.
    init(interval: UInt64, randomize: UInt64 = 0) {
        self.interval = interval
        self.randomize = randomize
        descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK))
    }

    deinit { close(descriptor) }

    /// Arms it: the first firing is one interval from now. With a random part each firing is armed anew.
    func arm() {
        var next = interval
        if randomize > 0 {
            let low = interval > randomize ? interval - randomize : 1
            next = UInt64.random(in: low...(interval &+ randomize))
        }
        var setting = itimerspec()
        setting.it_value = TimerSource.duration(nanoseconds: max(next, 1))
        if randomize == 0 { setting.it_interval = TimerSource.duration(nanoseconds: interval) }
        timerfd_settime(descriptor, 0, &setting, nil)
    }

    /// Disarms it.
    func disarm() {
        var setting = itimerspec()
        timerfd_settime(descriptor, 0, &setting, nil)
    }

    /// How often it fired since the last call; arms a randomized one again.
    func fired() -> UInt64 {
        var count: UInt64 = 0
        guard read(descriptor, &count, 8) == 8 else { return 0 }
        if randomize > 0 { arm() }
        return count
    }

    private static func duration(nanoseconds: UInt64) -> timespec {
        timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
