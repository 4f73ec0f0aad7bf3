// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Kernel

struct SystemFactsTests {
    @Test func readsOptions() {
        let options = KernelConfiguration(
            text: Array(
                """
                # a comment
                CONFIG_NET=y
                CONFIG_IPV6=m
                # CONFIG_KPROBES is not set
                CONFIG_HZ=250
                CONFIG_CC_VERSION_TEXT="gcc = 12"
                broken
                CONFIG_LAST=n
                """.utf8))
        #expect(options.isKnown)
        #expect(options["CONFIG_NET"] == "y")
        #expect(options["CONFIG_IPV6"] == "m")
        #expect(options["CONFIG_KPROBES"] == nil)
        #expect(options["CONFIG_HZ"] == "250")
        #expect(options["CONFIG_CC_VERSION_TEXT"] == "gcc = 12")
        #expect(options["CONFIG_LAST"] == "n")
        // Only whole names of options count.
        #expect(options["CONFIG_IPV"] == nil)
        #expect(options["IPV6"] == nil)
        #expect(options["# a comment"] == nil)
    }

    @Test func factsOfThisSystem() {
        let facts = SystemFacts()
        #expect(!facts.release.isEmpty && facts.release.first?.isNumber == true)
        #expect(facts.ticksPerSecond >= 100 && facts.ticksPerSecond <= 1000)
        #expect(facts.onlineProcessors >= 1)
        #expect(facts.possibleProcessors >= facts.onlineProcessors)
        if facts.configuration.isKnown { #expect(facts.configuration["CONFIG_BPF_SYSCALL"] == "y") }
    }

    @Test func theOffsetTurnsOneClockIntoTheOther() {
        var monotonic = timespec()
        clock_gettime(CLOCK_MONOTONIC, &monotonic)
        let seconds = (Int64(monotonic.tv_sec) * 1_000_000_000 + SystemFacts.realTimeOffset()) / 1_000_000_000
        #expect(abs(seconds - Int64(time(nil))) <= 1)
    }
}
