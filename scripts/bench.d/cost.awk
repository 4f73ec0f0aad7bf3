# SPDX-License-Identifier: GPL-3.0-or-later
# What tracing adds to a pair, side by side.
NF == 2 { pair[$1] = $2 }
function row(what, name) {
    a = pair[name ".swtap"] - pair["baseline"]
    b = pair[name ".bpftrace"] - pair["baseline"]
    printf "%-34s %10.0f %10.0f %8.2fx\n", what, a, b, (a > 0 ? b / a : 0)
}
END {
    printf "%-34s %10s %10s\n", "", "swtap", "bpftrace"
    row("empty handler", "empty")
    row("filtered out", "filtered")
    row("counted by execname", "count")
    row("sum and histogram by execname", "statistics")
    row("printed", "print")
    printf "%-34s %10.0f\n", "a pair without tracing", pair["baseline"]
}
