// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Semantics

extension KernelCatalog {
    /// Looks up a variable by its symbol; BTF tells the type where it has a VAR of that name, which on most kernels are
    /// the per-CPU variables.
    public func variable(_ name: String, module: String?) -> VariableLookup {
        guard let symbols else { return .refused(reason: "/proc/kallsyms cannot be read") }
        let isKernel = module == nil || module == "kernel" || module == "vmlinux"
        let object = isKernel ? nil : module.map(Self.canonical)
        let addresses = Set(symbols.dataAddresses(named: name, module: object))
        guard let address = addresses.first else {
            // Every kernel has this variable.
            guard isKernel, symbols.dataAddresses(named: "init_task", module: nil).isEmpty else { return .absent }
            return .refused(reason: Self.functionsOnly)
        }
        guard addresses.count == 1 else {
            return .refused(reason: "the kernel has \(addresses.count) variables of this name")
        }
        guard symbols.dataAddresses(named: "__per_cpu_offset", module: nil).first ?? 0 != 0 else {
            return .refused(
                reason: "the kernel hides the addresses of its variables: it shows them to root, where the sysctl "
                    + "kernel.kptr_restrict is below 2")
        }
        let (type, isInSection) = declared(name, object: object.map { moduleObject($0) } ?? 0)
        return .found(
            KernelVariable(
                address: address, type: type, isPerCPU: isInSection || isKernel && isPerCPU(address, symbols)))
    }

    /// Why no variable has an address where the symbol table is short.
    static let functionsOnly =
        "the kernel's symbol table names functions only (it was built without CONFIG_KALLSYMS_ALL), so no variable has an "
        + "address; use functions such as jiffies(), HZ() and task_current(), or the arguments of a function that is "
        + "given what the variable holds"

    private func isPerCPU(_ address: UInt64, _ symbols: Kallsyms) -> Bool {
        guard let start = symbols.dataAddresses(named: "__per_cpu_start", module: nil).first,
            let end = symbols.dataAddresses(named: "__per_cpu_end", module: nil).first
        else { return false }
        return start <= address && address < end
    }

    /// What BTF says of a variable: its type, and whether it is in the section of per-CPU data.
    private func declared(_ name: String, object: UInt32?) -> (type: KernelTypeID?, isPerCPU: Bool) {
        guard let object, let blob = blob(object), let id = blob.ids(named: name, kind: .variable).first,
            let record = blob.record(id)
        else { return (nil, false) }
        var isPerCPU = false
        blob.forEach(kind: .dataSection) { section, sectionName in
            guard strstr(sectionName, "percpu") != nil, let section = blob.record(section) else { return }
            if (0..<section.count).contains(where: { section.word(3 * $0) == id }) { isPerCPU = true }
        }
        return (canonical(record.sizeOrType, in: object), isPerCPU)
    }
}
