# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What the driver's tests share: TAP, a scratch folder, a compiler that only
# tells how it was called, and a tiny tree that looks like Linux.

count=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset AFTERBURN_CC MAKEFLAGS MAKELEVEL MFLAGS

# ok STATUS DESCRIPTION: one result; STATUS 0 is success.
ok() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
	fi
}

# check DESCRIPTION COMMAND...: the command must succeed.
check() {
	what=$1
	shift
	"$@" >"$scratch/check.out" 2>&1
	status=$?
	[ $status -eq 0 ] || sed 's/^/# /' "$scratch/check.out"
	ok $status "$what"
}

# has FILE TEXT: the file holds the fixed text.
has() {
	grep -qF -e "$2" "$1"
}

# hasnt FILE TEXT
hasnt() {
	! grep -qF -e "$2" "$1"
}

finish() {
	echo "1..$count"
}

# make_fake_cc FOLDER: FOLDER/gcc-12 writes its arguments, one a line, to FOLDER/called.
make_fake_cc() {
	mkdir -p "$1"
	cat >"$1/gcc-12" <<EOF
#!/bin/sh
for word; do printf '%s\n' "\$word"; done >"$1/called"
EOF
	chmod +x "$1/gcc-12"
}

# make_fake_tree FOLDER VERSION PATCHLEVEL SUBLEVEL: a tree whose make notes what it was given.
make_fake_tree() {
	mkdir -p "$1/scripts/kconfig" "$1/init"
	cat >"$1/Makefile" <<EOF
VERSION = $2
PATCHLEVEL = $3
SUBLEVEL = $4
EXTRAVERSION =

vmlinux bzImage:
	echo "\$(CC)" >\$(O)/seen.cc
	echo "\$(CURDIR)" >\$(O)/seen.curdir
	\$(if \$(TOUCH),touch \$(TOUCH))
	\$(if \$(IMAGE),cp \$(IMAGE) \$(O)/vmlinux)
	\$(if \$(FAIL),exit 1)
defconfig:
	echo CONFIG_FAKE=y >\$(O)/.config
mrproper:
	rm -f .config
olddefconfig oldconfig:
	cp \$(O)/.config \$(O)/seen.config
EOF
	: >"$1/scripts/kconfig/conf.c"
	echo '# olddefconfig' >"$1/scripts/kconfig/Makefile"
	: >"$1/init/Kconfig"
}
