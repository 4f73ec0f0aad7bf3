# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154  # variables that the main script sets
#
# Root file systems: the files of a handful of Debian packages, a kernel's modules
# and our own init, as an ext4 file system in the only partition of a disk image.
#
# $cache/tree-KEY/ holds the unpacked packages, $cache/root-KEY.img the disk.

base_packages='busybox-static dash bpftool strace iproute2 libc6 libgcc-s1 libstdc++6 libreadline8'
root_signature=53575450            # the MBR's disk signature, by which the kernel finds its root

# The package that brings a tool.
tool_package() {
    case $1 in
        busybox) echo busybox-static ;;
        ss|ip) echo iproute2 ;;
        ps|pgrep|top|sysctl) echo procps ;;
        nc) echo netcat-openbsd ;;
        python3) echo python3-minimal ;;
        perf) echo linux-perf ;;
        *) echo "$1" ;;
    esac
}

short_hash() { sha256sum | cut -c 1-12; }

tool_packages() {
    local tool
    { for tool in $base_packages ${1//,/ }; do tool_package "$tool"; done; } | sort -u | tr '\n' ' '
}

prepare_tree() {
    local packages=$1 tree=$2 work=$2.work deb name
    [ ! -e "$tree" ] || return 0
    ensure_host_packages
    refresh_lists_for busybox-static
    rm -rf "$work"
    progress "tools: fetching $packages"
    # shellcheck disable=SC2086  # a list of words
    fetch_closure "$work/debs" $packages
    progress "tools: unpacking $(find "$work/debs" -name '*.deb' | wc -l) packages"
    mkdir -p "$work/root"/{usr/{bin,sbin,lib,lib64},etc,dev,proc,sys,run,root,payload,var/tmp,boot}
    mkdir -m 1777 "$work/root/tmp"
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$work/root/$name"; done
    for deb in "$work"/debs/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$work/root" \
            --exclude './usr/share/doc/*' --exclude './usr/share/man/*' --exclude './usr/share/locale/*' \
            || fail "cannot unpack $deb"
    done
    finish_tree "$work/root"
    mv "$work/root" "$tree"
    rm -rf "$work"
}

# What the packages' maintainer scripts would have done, as far as it matters.
finish_tree() {
    local root=$1 applet target
    # Not busybox's shell: it prefers its own applets to the tools in PATH.
    ln -sf dash "$root/usr/bin/sh"
    for applet in $("$root/usr/bin/busybox" --list); do
        target=$root/usr/bin/$applet
        [ -e "$target" ] || [ -L "$target" ] || [ -e "$root/usr/sbin/$applet" ] || ln -s busybox "$target"
    done
    if [ -e "$root/usr/bin/nc.openbsd" ]; then ln -sf nc.openbsd "$root/usr/bin/nc"; fi
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'nobody:x:65534:65534:nobody:/nonexistent:/bin/sh' \
        'tester:x:1000:1000:tester:/tmp:/bin/sh' >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' 'tester:x:1000:' >"$root/etc/group"
    printf '%s\n' '127.0.0.1 localhost guest' '::1 localhost' >"$root/etc/hosts"
}

# An MBR with one Linux partition from sector 2048 on, $2 sectors long.
write_mbr() {
    local image=$1 sectors=$2 size signature
    size=$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(( sectors & 255 )) $(( sectors >> 8 & 255 )) \
        $(( sectors >> 16 & 255 )) $(( sectors >> 24 & 255 )))
    signature=$(printf '%s' "$root_signature" | sed 's/\(..\)\(..\)\(..\)\(..\)/\\x\4\\x\3\\x\2\\x\1/')
    {
        printf '%b' "$signature\\x00\\x00"
        printf '%b' "\\x00\\x00\\x02\\x00\\x83\\xff\\xff\\xff\\x00\\x08\\x00\\x00$size"
    } | dd of="$image" bs=1 seek=440 conv=notrunc status=none
    printf '\x55\xaa' | dd of="$image" bs=1 seek=510 conv=notrunc status=none
}

# make_ext4 DIRECTORY IMAGE OFFSET SPARE-KIB: an ext4 file system with the
# directory's contents, starting OFFSET bytes into the image.
make_ext4() {
    local directory=$1 image=$2 offset=$3 spare=$4 kib
    kib=$(( $(du -sk --apparent-size "$directory" | cut -f 1) * 11 / 10 + 8192 + spare
        + $(find "$directory" | wc -l) * 4 ))
    rm -f "$image"
    truncate -s $(( offset + kib * 1024 )) "$image"
    mke2fs -q -F -t ext4 -b 4096 -m 0 -O '^has_journal,^metadata_csum,^resize_inode' \
        -E "offset=$offset,lazy_itable_init=1,nodiscard" -d "$directory" "$image" "${kib}k" \
        || fail "mke2fs failed"
    ext4_kib=$kib
}

# Sets root_packages, root_tree and root_image for a kernel series and a list of
# tools; succeeds if the image is there.
find_root() {
    local series=$1 key
    [ -e "$cache/kernel-$series/release" ] || return 1
    root_packages=$(tool_packages "$2")
    root_tree=$cache/tree-$( { echo "$root_packages"; cat "$here/lib/guest-root.sh"; } | short_hash)
    key=$( { echo "$root_tree"; cat "$cache/kernel-$series/release" "$here/lib/guest-init.c"; } | short_hash)
    root_image=$cache/root-$series-$key.img
    [ -e "$root_image" ]
}

# Makes the image that find_root wants. The kernel must have been prepared.
prepare_root() {
    find_root "$1" "$2" && return 0
    prepare_tree "$root_packages" "$root_tree"
    build_root "$cache/kernel-$1" "$root_tree"
}

build_root() {
    local kernel=$1 tree=$2 work=$root_image.work release
    release=$(cat "$kernel/release")
    ensure_host_packages
    progress "root: building ${root_image##*/}"
    rm -rf "$work"
    mkdir -p "$work"
    cp -al "$tree" "$work/root"
    mkdir -p "$work/root/usr/lib/modules"
    cp -al "$kernel/modules" "$work/root/usr/lib/modules/$release"
    cp "$kernel/config" "$work/root/boot/config-$release"
    "$work/root/usr/bin/busybox" depmod -b "$work/root" "$release" || fail "depmod failed"
    cc -static -O2 -Wall -Wextra -Werror -o "$work/root/init" "$here/lib/guest-init.c" \
        || fail "cannot compile the guest's init"
    chown 0:0 "$work/root/init" 2>/dev/null || true
    make_ext4 "$work/root" "$work/image" 1048576 65536
    write_mbr "$work/image" $(( ext4_kib * 2 ))
    mv "$work/image" "$root_image"
    rm -rf "$work"
}
