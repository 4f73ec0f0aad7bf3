# SPDX-License-Identifier: GPL-3.0-or-later
# What tracing adds to a pair, side by side, with the ratios of swtap's figure to the others'.
NF == 2 && $2 != "failed" { pair[$1] = $2 }
function of(name, tool) { return (name "." tool) in pair ? pair[name "." tool] - pair["baseline"] : -1 }
function text(value) { return value < 0 ? "-" : sprintf("%.0f", value) }
function ratio(value, other) { return value < 0 || other <= 0 ? "-" : sprintf("%.2f", value / other) }
function row(what, name,    hand, ours, theirs) {
    hand = of(name, "byhand")
    ours = of(name, "swtap")
    theirs = of(name, "bpftrace")
    printf "%-40s %10s %10s %10s %10s %10s\n", what, text(hand), text(ours), text(theirs), ratio(ours, hand), ratio(ours, theirs)
}
END {
    printf "%-40s %10s %10s %10s %10s %10s\n", "", "by hand", "swtap", "bpftrace", "/by hand", "/bpftrace"
    row("empty handler", "empty")
    row("filtered out", "filtered")
    row("counted by execname", "count")
    row("sum and histogram by execname", "statistics")
    row("the same in two arrays", "arrays")
    row("printed: a name and three numbers", "print")
    row("socket.send summed by execname", "socket")
    printf "%-40s %10s %10.0f\n", "a pair without tracing", "", pair["baseline"]
}
