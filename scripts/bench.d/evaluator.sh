#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The same work in swtap's Evaluator, gawk, mawk, lua5.4 and python3: processor seconds (user and system), the best of
# several rounds, start-up subtracted. What the programs print must be the same. Runs on this machine, needs no kernel.
#
#   evaluator.sh [ROW…]         all rows, or those named; ROUNDS=5, SWTAP=binary
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
swtap=${SWTAP:-$here/../../.build-static/release/swtap}
rounds=${ROUNDS:-5}
scripts=$here/evaluator
limits=(-g --suppress-time-limits -DMAXACTION_INTERRUPTIBLE=2000000000 -DMAXMAPENTRIES=1000000 -DMAXNESTING=100)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

missing=
for tool in gawk mawk lua5.4 python3; do [ -x "/usr/bin/$tool" ] || missing="$missing $tool"; done
if [ -n "$missing" ]; then
    if [ "$(id -u)" -eq 0 ] && [ -z "${SWTAP_NO_INSTALL:-}" ]; then
        # shellcheck disable=SC2086  # a list of words
        apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null 2>&1 ||
            { apt-get update -qq </dev/null; apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null; }
    else
        echo "evaluator.sh: missing; install with: apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
fi
[ -x "$swtap" ] || { echo "evaluator.sh: no $swtap; run 'make static' first" >&2; exit 1; }

# command TOOL ROW: the words that run a row in `command`; false where the tool has no program for it.
command_of() {
    local file
    case $1 in
    swtap) command=("$swtap" "${limits[@]}" "$scripts/$2.stp") ;;
    gawk)
        file=$scripts/$2.gawk
        [ -e "$file" ] || file=$scripts/$2.awk
        command=(/usr/bin/gawk -f "$file")
        ;;
    mawk) command=(/usr/bin/mawk -f "$scripts/$2.awk") ;;
    lua) command=(/usr/bin/lua5.4 "$scripts/$2.lua") ;;
    python) command=(/usr/bin/python3 -I "$scripts/$2.py") ;;
    esac
    [ -e "${command[-1]}" ]
}

# measure TOOL ROW: milliseconds of processor time, or - without a program.
declare -A best sum
measure() {
    local times
    command_of "$1" "$2" || return
    # Output goes to a file once, to be compared, and to /dev/null when time counts.
    if [ -z "${sum[$1,$2]:-}" ]; then
        "${command[@]}" >"$work/out" 2>"$work/err" || { echo "evaluator.sh: $1 fails in $2:" >&2; head -3 "$work/err" >&2; exit 1; }
        sum[$1,$2]=$(md5sum <"$work/out")
        [ "${sum[$1,$2]}" = "${sum[swtap,$2]}" ] ||
            { echo "evaluator.sh: $1 computes something else than swtap in $2" >&2; exit 1; }
    fi
    TIMEFORMAT='%3U %3S'
    times=$({ time "${command[@]}" >/dev/null 2>&1; } 2>&1)
    times=$(awk '{ print ($1 + $2) * 1000 }' <<<"$times")
    if [ -z "${best[$1,$2]:-}" ] || [ "$times" -lt "${best[$1,$2]}" ]; then best[$1,$2]=$times; fi
}

tools="swtap gawk mawk lua python"
rows=$*
[ -n "$rows" ] || rows=$(cd "$scripts" && sed -n '/^startup /d; s/^\([a-z]*\) .*/\1/p' rows)
for row in startup $rows; do
    for ((round = 0; round < rounds; round++)); do
        # In turns, so that a busy moment of the machine does not hit one tool alone.
        for tool in $tools; do measure "$tool" "$row"; done
    done
done

printf '%-44s' "milliseconds of processor time"
printf '%9s' $tools
printf '%11s\n' "best other"
for row in startup $rows; do
    printf '%-44s' "$(sed -n "s/^$row  *//p" "$scripts/rows")"
    least=
    for tool in $tools; do
        time=${best[$tool,$row]:--}
        if [ "$time" != - ] && [ "$row" != startup ]; then
            time=$((time - ${best[$tool,startup]}))
            [ "$time" -gt 0 ] || time=1
        fi
        printf '%9s' "$time"
        if [ "$tool" = swtap ]; then own=$time
        elif [ "$time" != - ] && { [ -z "$least" ] || [ "$time" -lt "$least" ]; }; then least=$time; fi
    done
    awk -v own="$own" -v least="$least" 'BEGIN { printf "%10.2fx\n", least / own }'
done

