// SPDX-License-Identifier: GPL-3.0-or-later
import IR
import Testing

@Test func slotsFollowTheFaultWords() {
    var plan = CapturePlan()
    plan.nodes = [.argument(0)]
    plan.slots = [
        .integer(node: 0), .string(.command), .string(.memory(address: 0, isUser: false, limit: 7)),
        .string(.memory(address: 0, isUser: false, limit: 8)), .integer(node: 0),
    ]
    let layout = RecordLayout(plan: plan)
    #expect(layout.faultWords == 1)
    #expect(layout.slotOffsets == [24, 32, 48, 64, 88])
    #expect(layout.size == 96)
}

@Test func sixtyFiveSlotsNeedTwoFaultWords() {
    var plan = CapturePlan()
    plan.nodes = [.argument(0)]
    plan.slots = Array(repeating: .integer(node: 0), count: 65)
    #expect(RecordLayout(plan: plan).faultWords == 2)
    #expect(RecordLayout(plan: plan).slotOffsets.first == 32)
}
