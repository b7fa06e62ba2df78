# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh

# root_for KERNEL ARCHIVE: the small root file system, with a module of that
# kernel's build, where there is one, as /lib/smoke.ko.  Archives behind one
# another are one to Linux, at multiples of four bytes.
root_for() {
        module=$(find "$(dirname "$1")/" -name '*.ko' | sort | head -n 1)
        cp "${top_builddir:?}/share/afterburner/rootfs-mini.cpio.gz" "$2"
        if [ -n "$module" ]; then
                printf 'dir /lib 0755\nfile /lib/smoke.ko 0644 %s\n' "$module" |
                        "$top_builddir/libexec/afterburner/mkcpio" "$2.module"
                truncate -s %4 "$2"
                cat "$2.module" >>"$2"
                rm "$2.module"
        fi
}

# all_told FILE: as many results as the plan promises.
all_told() {
        planned=$(sed -n 's/^1\.\.//p' "$1")
        [ -n "$planned" ] && [ "$(grep -Ec '^(not )?ok ' "$1")" = "$planned" ]
}
