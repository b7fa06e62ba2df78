# SPDX-License-Identifier: GPL-3.0-or-later
LT_CPPFLAGS = $(AB_LOADER_CPPFLAGS) -I$(top_srcdir)/linker/load -I$(top_srcdir)/testsuite/load

check_PROGRAMS += testsuite/load/load.t testsuite/load/load-image
TESTS += testsuite/load/load.t
EXTRA_DIST += testsuite/load/README

# From source: the sanitizers must see the loader itself.
testsuite_load_load_t_SOURCES = testsuite/load/load-test.c testsuite/load/build.c \
	testsuite/load/build.h $(AB_LOADER_SOURCES) $(AB_BINDER_SOURCES)
testsuite_load_load_t_CPPFLAGS = $(LT_CPPFLAGS)
testsuite_load_load_t_CFLAGS = $(AB_CFLAGS) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
testsuite_load_load_t_LDFLAGS = -fsanitize=address,undefined
testsuite_load_load_t_LDADD = $(Z_LIBS)

# By hand, and by other suites: does a real kernel load?
testsuite_load_load_image_SOURCES = testsuite/load/load-image.c
testsuite_load_load_image_CPPFLAGS = $(LT_CPPFLAGS)
testsuite_load_load_image_CFLAGS = $(AB_CFLAGS)
testsuite_load_load_image_LDADD = linker/load/libabload.a linker/core/libabbind.a libabhost.a

# Files of wedges that are nothing but their description.
LT_WEDGES = testsuite/load/wedge-test testsuite/load/wedge-other
check_DATA += $(LT_WEDGES)
CLEANFILES += $(LT_WEDGES)
TESTS += testsuite/load/link.t
EXTRA_DIST += testsuite/load/link.t testsuite/load/wedge.c
$(LT_WEDGES): testsuite/load/wedge.c afterburner/with-depends
	$(AM_V_CCLD)$(MKDIR_P) testsuite/load && name=$@ && \
	$(WITH_DEPENDS) $@ $(CC) $(TARGET_CFLAGS) $(AB_CPPFLAGS) "-DNAME=\"$${name##*-}\"" $(TARGET_LDFLAGS) -Wl,-e,0 \
		-o $@ $(srcdir)/testsuite/load/wedge.c
