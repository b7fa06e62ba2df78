#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What quickstart finds missing before it begins, it says in one sentence that
# names the remedy.  A folder of stand-ins plays the machine; quickstart runs in
# a copy of its own and gets no further than its first look around.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:?}/testsuite/driver/lib.sh"

machine=$scratch/machine
here=$scratch/here
mkdir "$machine" "$here"
cp "$top_srcdir/quickstart" "$top_srcdir/configure.ac" "$here/"
for tool in bash sh sed awk grep wc dirname date mkdir rm tail head env nproc; do
	ln -s "$(command -v $tool)" "$machine/$tool"
done

# plays PROGRAM: its stand-in is what standard input says.
plays() {
	{ echo '#!/bin/sh'; /bin/cat; } >"$machine/$1"
	chmod +x "$machine/$1"
}

# A machine that lacks nothing.
plays cat <<'END'
printf 'PRETTY_NAME="Debian GNU/Linux"\nVERSION_ID="%s"\nID=%s\n' "${FAKE_VERSION:-12}" "${FAKE_ID:-debian}"
END
plays dpkg <<'END'
echo "${FAKE_ARCHITECTURE:-amd64}"
END
plays dpkg-query <<'END'
for package; do :; done
case " $FAKE_MISSING " in *" $package "*) exit 1 ;; esac
echo installed
END
plays getconf <<'END'
case $1 in PAGE_SIZE) echo 4096 ;; *) echo "${FAKE_PAGES:-2000000}" ;; esac
END
plays df <<'END'
for folder; do :; done
case $folder in /usr) free=$FAKE_FREE_USR ;; *) free=$FAKE_FREE ;; esac
printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 90000000 1 %s 1%% /\n' "${free:-20000000}"
END
plays id <<'END'
echo "${FAKE_UID:-0}"
END
plays apt-get <<'END'
[ "$*" = '--print-uris update' ] || { echo "apt-get $*" >>"$FAKE_CALLS"; exit 1; }
for archive in https://other.example ${FAKE_ARCHIVE-http://archive.example/debian}; do
	echo "'$archive/dists/bookworm/InRelease' x 0 "
	[ $archive = https://other.example ] || echo "'$archive/dists/bookworm/main/binary-amd64/Packages.xz' x 0 "
done
END
plays apt-helper <<'END'
for word; do previous=$last last=$word; done
echo "apt-helper $previous" >>"$FAKE_CALLS"
[ -z "$FAKE_OFFLINE" ] && echo >"$last"
END
FAKE_CALLS=$scratch/calls
export FAKE_CALLS

# look WORD...: run quickstart's first look, with the variables of the words.
look() {
	: >"$FAKE_CALLS"
	env "$@" PATH="$machine" "$here/quickstart" preflight >"$scratch/out" 2>"$scratch/err" </dev/null
}

# lacks WHAT SENTENCE VARIABLE=VALUE...: one sentence, exit 1, nothing begun.
lacks() {
	what=$1 sentence=$2
	shift 2
	look "$@"
	ok $(($? != 1)) "$what: exit 1"
	printf 'quickstart: %s\n' "$sentence" >"$scratch/expected"
	check "$what: one sentence with the remedy" diff "$scratch/expected" "$scratch/err"
	check "$what: nothing was begun" hasnt "$FAKE_CALLS" apt-get
}

look X=
ok $? "a machine that lacks nothing: exit 0"
check "a machine that lacks nothing: says so" has "$scratch/out" "This machine will do.  To be installed: nothing"
look FAKE_MISSING='bc flex'
ok $? "packages are missing, the archive answers: exit 0"
check "missing packages are named" sh -c "tr '\n' ' ' <'$scratch/out' | grep -qF 'To be installed: bc flex'"
check "the archive was asked for its index" has "$FAKE_CALLS" http://archive.example/debian/dists/bookworm/InRelease

lacks "another release" \
	"this is not Debian 12: run it on Debian 12, for example in a virtual machine" FAKE_VERSION=13
lacks "another distribution" \
	"this is not Debian 12: run it on Debian 12, for example in a virtual machine" FAKE_ID=ubuntu
lacks "another architecture" "this is not an amd64 system: run it on Debian 12 amd64" FAKE_ARCHITECTURE=arm64
lacks "memory" "1024 MB of memory, 2 GB are needed: give the machine more" FAKE_PAGES=256000
lacks "disk" "$here: 7.9 GB free, 8 GB are needed for what is built: make room" FAKE_FREE=7999999
lacks "disk for packages" "/usr: 2.5 GB free, 3 GB are needed for 1 package: make room" \
	FAKE_FREE_USR=2500000 FAKE_MISSING=bc
lacks "neither root nor sudo" "missing: 2 packages, and you are not root: run it as root, or install sudo" \
	FAKE_UID=1000 FAKE_MISSING='bc flex'
lacks "network" "http://archive.example/debian/dists/bookworm: cannot be reached (1 package must be downloaded): \
connect this machine to the network, or set http_proxy" FAKE_OFFLINE=1 FAKE_MISSING=bc
lacks "network, for the root file system" "http://archive.example/debian/dists/bookworm: cannot be reached (the parts \
of the sample root file system must be downloaded): connect this machine to the network, or set http_proxy" FAKE_OFFLINE=1
lacks "a source for apt" "apt has no source of Debian 12: add 'deb http://deb.debian.org/debian bookworm main' to \
/etc/apt/sources.list" FAKE_ARCHIVE= FAKE_MISSING=bc

echo 'exit 1' | plays sudo
lacks "sudo that refuses" "missing: 1 package, and sudo does not let you install: run it as root" \
	FAKE_UID=1000 FAKE_MISSING=bc
echo 'exit 0' | plays sudo
look FAKE_UID=1000 FAKE_MISSING=bc
ok $? "sudo that permits: exit 0"

# What is there already needs no network and no room.
mkdir -p "$here/build/rootfs" "$here/build/linux-6.1-plain"
: >"$here/build/rootfs/complete"
look FAKE_OFFLINE=1 FAKE_FREE=1000
ok $? "a second run needs neither network nor room"
check "a second run asks no archive" hasnt "$FAKE_CALLS" apt-helper

for arguments in --frobnicate "--jobs none" "--jobs" "--tree"; do
	# shellcheck disable=SC2086 # words
	"$here/quickstart" $arguments >"$scratch/out" 2>"$scratch/err"
	ok $(($? != 2)) "$arguments: exit 2"
done
"$here/quickstart" --tree "$scratch" 2>"$scratch/err"
ok $(($? != 1)) "--tree of something else: exit 1"
check "--tree of something else: the remedy" has "$scratch/err" "not a Linux source tree: name the folder that holds its Makefile"
finish
