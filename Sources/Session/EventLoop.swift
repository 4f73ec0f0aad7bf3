// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// Waits for descriptors to become readable and calls what was registered for each.
package final class EventLoop {
    private let poller: Int32
    private var actions: [Int32: () -> Void] = [:]

    /// An empty loop.
    package init() { poller = epoll_create1(Int32(EPOLL_CLOEXEC)) }

    deinit { close(poller) }

    /// Calls `action` whenever `descriptor` is readable, or writable; false when it is a file, which always is.
    @discardableResult
    package func watch(_ descriptor: Int32, forWriting: Bool = false, _ action: @escaping () -> Void) -> Bool {
        actions[descriptor] = action
        var event = epoll_event()
        event.events = forWriting ? UInt32(EPOLLOUT.rawValue) : UInt32(EPOLLIN.rawValue)
        event.data.fd = descriptor
        return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    /// Watches a descriptor no more; call it before closing one.
    package func unwatch(_ descriptor: Int32) {
        actions[descriptor] = nil
        var event = epoll_event()
        epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Waits at most `milliseconds` (-1: for ever) and runs the actions of what is readable.
    package func runOnce(milliseconds: Int32) {
        var events = [epoll_event](repeating: epoll_event(), count: 16)
        let count = epoll_wait(poller, &events, Int32(events.count), milliseconds)
        guard count > 0 else { return }
        for event in events[..<Int(count)] { actions[event.data.fd]?() }
    }
}
