// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Kernel

@Suite(.enabled(if: Here.hasBTF && Here.canTrace, "no eBPF here"))
struct FeaturesTests {
    @Test func answersForEveryFeature() throws {
        let features = Features(catalog: try KernelCatalog())
        for feature in Feature.allCases {
            print("\(feature.rawValue) (\(feature.since)): \(features[feature])")
            #expect(features[feature] == features[feature])
        }
        #expect(features[.ringBuffer].isAvailable)
        #expect(features[.mappedArray].isAvailable)
        #expect(features[.rawTracepoint].isAvailable)
        #expect(features[.atomics].isAvailable)
        if features[.argumentHelpers].isAvailable { #expect(features[.fentry].isAvailable) }
    }

    @Test func theUserMayDoWithout() throws {
        let features = Features(catalog: try KernelCatalog(), disabled: [.ringBuffer])
        #expect(features[.ringBuffer] == .missing(reason: "switched off by --no-feature"))
    }
}
