# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154  # variables that the main script sets
#
# Kernels: Debian's cloud kernels by package name, unpacked but never installed.
#
# $cache/kernel-SERIES/ holds release, vmlinux (the ELF file out of the bzImage,
# booted directly so that the guest need not decompress it), config, and modules/.

# shellcheck disable=SC2034  # used by the main script
kernel_series='6.1 6.12'

kernel_package() {
    case $1 in
        6.1) echo linux-image-cloud-amd64 ;;      # the release's own kernel has no series in its name
        *) echo "linux-image-$1-cloud-amd64" ;;
    esac
}

# Unsigned little-endian 32-bit number at offset $2 of file $1.
read_u32() { od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '; }

# Takes the kernel's ELF file out of a bzImage: the payload's place is in the setup
# header, its last four bytes are the size of what comes out.
extract_vmlinux() {
    local image=$1 target=$2 sectors start length magic decompress
    sectors=$(od -An -tu1 -j 497 -N 1 "$image" | tr -d ' ')
    [ "$sectors" -ne 0 ] || sectors=4
    start=$(( (sectors + 1) * 512 + $(read_u32 "$image" 584) ))
    length=$(( $(read_u32 "$image" 588) - 4 ))
    magic=$(od -An -tx1 -j "$start" -N 4 "$image" | tr -d ' ')
    case $magic in
        28b52ffd) decompress='zstd -dc' ;;
        02214c18) decompress='lz4 -dc' ;;
        fd377a58) decompress='xz -dc --single-stream' ;;
        1f8b*) decompress='gzip -dc' ;;
        *) fail "unknown kernel compression $magic" ;;
    esac
    tail -c +$(( start + 1 )) "$image" | head -c "$length" | $decompress >"$target" \
        || fail "cannot decompress $image"
    [ "$(od -An -tx1 -N 4 "$target" | tr -d ' ')" = 7f454c46 ] || fail "$image holds no ELF file"
}

prepare_kernel() {
    local series=$1 home=$cache/kernel-$1 work=$cache/work-kernel-$1 meta package release
    [ ! -e "$home/release" ] || return 0
    ensure_host_packages
    meta=$(kernel_package "$series")
    refresh_lists_for "$meta"
    package=$(apt-cache depends --no-recommends --no-suggests "$meta" 2>/dev/null \
        | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$package" ] || fail "no package for a kernel $series here (looked for $meta)"
    rm -rf "$work"
    mkdir -p "$work/out"
    progress "kernel $series: fetching $package"
    fetch_one "$work/deb" "$package"
    progress "kernel $series: unpacking"
    dpkg-deb -x "$work"/deb/*.deb "$work/root" || fail "cannot unpack $package"
    set -- "$work"/root/boot/vmlinuz-*
    release=${1##*/vmlinuz-}
    extract_vmlinux "$1" "$work/out/vmlinux"
    cp "$work/root/boot/config-$release" "$work/out/config"
    mv "$work/root/lib/modules/$release" "$work/out/modules"
    find "$work/out/modules" -name '*.ko.xz' -print0 | xargs -0 -r -n 64 -P 2 xz -d
    sed -i 's/\.ko\.xz$/.ko/' "$work/out/modules/modules.order"
    echo "$release" >"$work/out/release"
    rm -rf "$home"
    mv "$work/out" "$home"
    rm -rf "$work"
}
