#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The module hook stands at the entry of module_finalize, with its arguments in registers.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

check()
{
	for flags in '-O2 -mregparm=3' '-O2 -mregparm=0' '-O0 -mregparm=0' '-O2 -mregparm=3 -pg' '-Os -mregparm=3 -fno-omit-frame-pointer'; do
		cat >"$work/t.c" <<-'END'
		int printf(const char *, ...);
		volatile unsigned long seen[3];
		int body_ran;
		int module_finalize(const void *header, const void *sections, void *module)
		{
			while (sections != header) {
				body_ran++;
				sections = header;
			}
			return body_ran;
		}
		int module_arch(const void *header) { return header != 0; }
		END
		compile $flags
		[ "$(grep -c '#afterburn: hook=1$' "$work/t.s")" -eq 1 ]
		ok "one hook ($flags)"
		body module_finalize | awk '/hook=1/ { exit found } /body_ran/ { found = 1 }'
		ok "... before anything of the body ran"
		cat >"$work/main.c" <<-'END'
		int printf(const char *, ...);
		extern volatile unsigned long seen[3];
		extern int body_ran;
		int module_finalize(const void *, const void *, void *);
		int main(void)
		{
			int a, b, c, r = module_finalize(&a, &b, &c);
			printf("%d %d %d %d\n", seen[0] == (unsigned long)&a, seen[1] == (unsigned long)&b,
			       seen[2] == (unsigned long)&c, r);
			return 0;
		}
		END
		case $flags in
		*-pg*) continue ;;
		esac
		sed 's/^\t#afterburn: hook=1/\tmovl %eax,seen\n\tmovl %edx,seen+4\n\tmovl %ecx,seen+8/' "$work/t.s" >"$work/h.s"
		$cc -m32 $flags -no-pie -fno-pic -o "$work/t" "$work/main.c" "$work/h.s" >"$work/out" 2>&1 &&
			[ "$("$work/t")" = "1 1 1 1" ]
		ok "... with the arguments in EAX, EDX and ECX"
	done
	compile -O2 -fplugin-arg-afterburn-off=hook && ! grep -q 'hook=' "$work/t.s"
	ok "it can be switched off"

	echo 'int module_finalize(int a) { return a; }' >"$work/t.c"
	compile -O2 && ! grep -q 'hook=' "$work/t.s" && grep -q '#afterburn: note .*module_finalize' "$work/t.s"
	ok "a function of that name with other parameters gets a note instead"
}
each_compiler check
