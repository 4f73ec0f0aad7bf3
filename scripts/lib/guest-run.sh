# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154  # variables that the main script sets
#
# One boot: the payload disk, QEMU, and what comes back.

# Stages the files for the command and what the init has to know into $run/payload.
stage_payload() {
    local item source name
    mkdir -p "$run/payload/.guest"
    for item in "${payloads[@]}"; do
        source=$item name=
        if [ ! -e "$source" ]; then source=${item%:*} name=${item##*:}; fi
        [ -e "$source" ] || fail "payload $source does not exist"
        name=$run/payload/${name:-$(basename "$source")}
        mkdir -p "$(dirname "$name")"
        # A hard link is enough, and quick, where the file systems allow it.
        cp -aHl "$source" "$name" 2>/dev/null || { rm -rf "$name"; cp -aH "$source" "$name"; } \
            || fail "cannot copy $source"
    done
    printf '%s\0' "$@" >"$run/payload/.guest/argv"
    : >"$run/payload/.guest/env"
    if [ "${#environment[@]}" -gt 0 ]; then
        printf '%s\0' "${environment[@]}" >"$run/payload/.guest/env"
    fi
    printf '%s\n' "timeout=$limit" "user=$user" "skip=$skip" >"$run/payload/.guest/config"
    chmod 755 "$run/payload"
    make_ext4 "$run/payload" "$run/payload.img" 0 65536
}

# Boots, with a limit of $1 seconds of the host's time (0: none). Returns timeout(1)'s status.
boot() {
    local host_limit=$1 accel line
    # One host thread for all processors: with several, QEMU 7.2 now and then runs
    # stale code after the kernel has patched it, and a probe attached is a patch.
    accel=(-accel "tcg,thread=$threads" -smp "$cpus")
    if [ "$icount" -eq 1 ]; then accel=(-accel tcg -smp 1 -icount 'shift=0,sleep=off'); fi
    line="console=ttyS0 root=PARTUUID=$root_signature-01 rootfstype=ext4 rw rootwait init=/init panic=-1"
    line+=" mitigations=off tsc=reliable no_timer_check cryptomgr.notests random.trust_cpu=on"
    line+=" raid=noautodetect 8250.nr_uarts=1 nokaslr quiet $append"
    truncate -s 4G "$run/result.img"
    timeout -k 2 "$host_limit" qemu-system-x86_64 -nodefaults -M q35 -cpu max "${accel[@]}" -m "$memory" \
        -nic none -vga none -display none -no-reboot -serial "file:$run/console" \
        -kernel "$cache/kernel-$series/vmlinux" -append "$line" \
        -drive "file=$root_image,format=raw,if=none,id=root,snapshot=on,cache=unsafe" \
        -device nvme,drive=root,serial=root \
        -drive "file=$run/payload.img,format=raw,if=none,id=payload,cache=unsafe" \
        -device nvme,drive=payload,serial=payload \
        -drive "file=$run/result.img,format=raw,if=none,id=result,cache=unsafe" \
        -device nvme,drive=result,serial=result \
        >"$run/qemu" 2>&1 </dev/null &
    boot_pid=$!
    wait "$boot_pid"
}

# Ends QEMU with this script: timeout(1) passes the signal on to its child.
stop_boot() {
    if [ -n "$boot_pid" ] && kill -TERM "$boot_pid" 2>/dev/null; then wait "$boot_pid"; fi
}

clean_up() {
    stop_boot
    if [ -n "$console" ] && [ -e "$run/console" ] && [ ! -L "$run/console" ]; then cp "$run/console" "$console"; fi
    rm -rf "$run"
}

show_console() {
    cat "$run/qemu" >&2
    tail -n 25 "$run/console" 2>/dev/null | tr -d '\r' >&2
}

# Boots; once more if the guest died before the command was started.
boot_with_retry() {
    local host_limit=0 tries status
    if [ "$limit" -gt 0 ]; then host_limit=$(( limit + (icount ? 60 : 30) )); fi
    for tries in 1 2; do
        status=0
        progress "booting $(cat "$cache/kernel-$series/release")"
        boot "$host_limit" || status=$?
        boot_pid=
        if [ "$status" -ne 0 ] || grep -q '^guest: ' "$run/console" || [ "$tries" -eq 2 ]; then break; fi
        progress "the kernel died while booting: trying again"
        mv "$run/console" "$run/console.1"
        rm -f "$run/result.img"
        make_ext4 "$run/payload" "$run/payload.img" 0 65536
    done
    return "$status"
}

# Boots and hands over: stdout, stderr, the result directory; returns the exit status.
run_guest() {
    local status=0 kind number began=$SECONDS
    run=$(mktemp -d "${TMPDIR:-/tmp}/guest.XXXXXXXX") || fail "no temporary directory"
    boot_pid=
    # Written while the guest runs, so that one can follow it.
    if [ -n "$console" ]; then : >"$console" && ln -s "$(realpath -- "$console")" "$run/console"; fi
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    stage_payload "$@"
    boot_with_retry || status=$?
    progress "the guest ran for $(( SECONDS - began )) s"
    mkdir "$run/out"
    if [ "$status" -eq 0 ] && ! tar -xf "$run/result.img" --no-same-owner -C "$run/out" 2>>"$run/qemu"; then
        status=1
    fi
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        show_console
        printf 'guest: killed after %s s\n' $(( SECONDS - began )) >&2
        return 124
    elif [ "$status" -ne 0 ] || [ ! -e "$run/out/status" ]; then
        show_console
        printf 'guest: the guest did not finish\n' >&2
        return 125
    fi
    read -r kind number <"$run/out/status"
    cat "$run/out/stdout"
    cat "$run/out/stderr" >&2
    if [ -n "$result" ]; then
        mkdir -p "$result"
        cp -a "$run/out/result/." "$result/"
    fi
    case $kind in
        exit) return "$number" ;;
        signal) return $(( 128 + number )) ;;
        *) printf 'guest: the command did not end within %s s\n' "$limit" >&2
           return 124 ;;
    esac
}
