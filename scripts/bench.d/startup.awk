# SPDX-License-Identifier: GPL-3.0-or-later
# The best of each row's rounds, side by side, with the ratio bpftrace / swtap: millions of guest instructions, and memory.
/^#/ { next }
{
    split($1, part, ".")
    names[part[1]] = 1
    if (!($1 in whole) || $4 < whole[$1]) whole[$1] = $4
    if (!($1 in ready) || $3 < ready[$1]) ready[$1] = $3
    if (!($1 in back) || $4 - $3 < back[$1]) back[$1] = $4 - $3
    if ($5 > rss[$1]) rss[$1] = $5
    if ($6 != 0) print $1 " ended with status " $6
}
function row(what, a, b, unit, scale) {
    if (b > 0) printf "%-40s %10.1f %10.1f %s %8.1fx\n", what, a / scale, b / scale, unit, b / a
    else printf "%-40s %10.1f %10s %s\n", what, a / scale, "-", unit
}
END {
    printf "%-40s %10s %10s\n", "", "swtap", "bpftrace"
    row("trivial script, whole run", whole["trivial.swtap"], whole["trivial.bpftrace"], "M", 1000)
    row("trivial script, peak memory", rss["trivial.swtap"], rss["trivial.bpftrace"], "MB", 1024)
    row("one probe, start to attached", ready["one.swtap"], ready["one.bpftrace"], "M", 1000)
    row("one probe, whole run", whole["one.swtap"], whole["one.bpftrace"], "M", 1000)
    row("one probe, peak memory", rss["one.swtap"], rss["one.bpftrace"], "MB", 1024)
    row("one probe, end of command to prompt", back["one.swtap"], back["one.bpftrace"], "M", 1000)
    row("100 functions, start to attached", ready["hundred.swtap"], ready["hundred.bpftrace"], "M", 1000)
    row("100 functions, end of command to prompt", back["hundred.swtap"], back["hundred.bpftrace"], "M", 1000)
    row("100 functions, peak memory", rss["hundred.swtap"], rss["hundred.bpftrace"], "MB", 1024)
    row("100 trampolines, start to attached", ready["single.swtap"], ready["single.bpftrace"], "M", 1000)
    row("100 trampolines, end to prompt", back["single.swtap"], back["single.bpftrace"], "M", 1000)
    row("100 trampolines, peak memory", rss["single.swtap"], rss["single.bpftrace"], "MB", 1024)
    row("socket.send, start to attached", ready["socket.swtap"], 0, "M", 1000)
    row("socket.send, peak memory", rss["socket.swtap"], 0, "MB", 1024)
}
