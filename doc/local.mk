# SPDX-License-Identifier: GPL-3.0-or-later
pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = doc/afterburn.pc
dist_man_MANS += doc/man/afterburn.1 doc/man/afterburn.7
dist_doc_DATA = README doc/design.md doc/results-toolchain doc/results-baseline \
	LICENSES/GPL-3.0-or-later.txt LICENSES/BSD-2-Clause.txt

# What style and static checkers say; `make lint' is clean on main.
lint:
	cd $(top_srcdir) && git ls-files quickstart .ci/run '*.sh' '*.t' testsuite/summary testsuite/timed testsuite/times testsuite/installed samples/rootfs/make-rootfs | xargs $(SHELLCHECK) -x
	cd $(top_srcdir) && git ls-files '*.c' | xargs $(CPPCHECK) --quiet --error-exitcode=1 \
		--enable=warning,portability --inline-suppr --suppress=missingIncludeSystem \
		-I include -I afterburner -I '$(abs_top_builddir)'
	cd $(top_srcdir) && git ls-files 'doc/man/*' | xargs mandoc -Tlint -Wwarning

format:
	cd $(top_srcdir) && git ls-files '*.c' '*.h' | xargs $(CLANG_FORMAT) -i

format-check:
	cd $(top_srcdir) && git ls-files '*.c' '*.h' | xargs $(CLANG_FORMAT) --dry-run -Werror

.PHONY: lint format format-check
EXTRA_DIST += afterburner/README linker/README hypervisor-backends/README runtime-wedge/README \
	samples/README testsuite/README include/afterburn/README afterburner/host/README \
	testsuite/summary testsuite/skips testsuite/timed testsuite/times testsuite/issues.tsv

# One page tells of compiler and assembler.
install-data-hook:
	cd "$(DESTDIR)$(man1dir)" && rm -f afterburn-as.1 && $(LN_S) afterburn-cc.1 afterburn-as.1
uninstall-hook:
	rm -f "$(DESTDIR)$(man1dir)/afterburn-as.1"

# The thesis' chapter 5 redone, from result files; written anew by hand of `make evaluation' only.
EVALUATION_FROM = doc/results-extended/extended.tsv doc/results-extended/boot.tsv \
	doc/results-extended/figures.tsv doc/results-extended/without.tsv doc/evaluation-notes
evaluation:
	cd $(top_srcdir) && testsuite/bench/evaluation.sh doc/results-extended hypervisor-backends/l4/results \
		doc/evaluation-notes >doc/evaluation.md.new && mv doc/evaluation.md.new doc/evaluation.md
.PHONY: evaluation
dist_doc_DATA += doc/evaluation.md
EXTRA_DIST += $(EVALUATION_FROM) doc/results-extended/README doc/results-extended/soak doc/results-extended/signals doc/results-extended/extended.txt \
	doc/results-extended/times-6.1.svg doc/results-extended/times-2.6.9.svg
