# SPDX-License-Identifier: GPL-3.0-or-later
#
# The GCC plugin, once for each guest compiler that is installed.  A plugin is
# a plain shared object built by the very compiler release that will load it;
# automake's own rules cannot say that, so these do.
ab_plugin_cc = main.cc template.cc early.cc statement.cc device.cc pagetype.cc \
	pages.cc live.cc
ab_plugin_h = compat.h plugin.h template.h pagetype.h
ab_plugin_depends = $(ab_plugin_h:%=$(srcdir)/afterburner/plugin/%) \
	$(srcdir)/afterburner/marker.h $(srcdir)/afterburner/insn-ia32.def \
	$(srcdir)/include/afterburn/record.h
AB_PLUGIN_FLAGS = -O2 -fPIC -fno-rtti -fno-exceptions -fvisibility=hidden \
	-Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wwrite-strings \
	-I$(srcdir)/include -I$(srcdir)/afterburner

EXTRA_DIST += $(ab_plugin_cc:%=afterburner/plugin/%) \
	$(ab_plugin_h:%=afterburner/plugin/%) \
	afterburner/plugin/README afterburner/plugin/selftest.sh \
	afterburner/plugin/selftest.c afterburner/plugin/selftest.expected

AB_PLUGIN12 = lib/afterburner/plugin/gcc-12/afterburn.so
plugin12dir = $(libdir)/afterburner/plugin/gcc-12
plugin12_DATA = $(AB_PLUGIN12)
AB_PLUGIN12_OBJECTS = $(ab_plugin_cc:%.cc=lib/afterburner/plugin/gcc-12/%.o)

$(AB_PLUGIN12_OBJECTS): lib/afterburner/plugin/gcc-12/%.o: $(srcdir)/afterburner/plugin/%.cc $(ab_plugin_depends)
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(WITH_DEPENDS) $@ g++-12 $(AB_PLUGIN_FLAGS) -isystem $(PLUGIN12_DIR)/include -c -o $@ $<

# The plugin exists only if it passes its self-test.
$(AB_PLUGIN12): $(AB_PLUGIN12_OBJECTS) $(srcdir)/afterburner/plugin/selftest.sh \
		$(srcdir)/afterburner/plugin/selftest.c $(srcdir)/afterburner/plugin/selftest.expected
	$(AM_V_GEN)g++-12 -shared -o $@.tmp.so $(AB_PLUGIN12_OBJECTS)
	@$(SHELL) $(srcdir)/afterburner/plugin/selftest.sh gcc-12 $@.tmp.so $(srcdir)/afterburner/plugin
	@mv $@.tmp.so $@

CLEANFILES += $(AB_PLUGIN12) $(AB_PLUGIN12_OBJECTS)

if HAVE_GCC11
AB_PLUGIN11 = lib/afterburner/plugin/gcc-11/afterburn.so
plugin11dir = $(libdir)/afterburner/plugin/gcc-11
plugin11_DATA = $(AB_PLUGIN11)
AB_PLUGIN11_OBJECTS = $(ab_plugin_cc:%.cc=lib/afterburner/plugin/gcc-11/%.o)

$(AB_PLUGIN11_OBJECTS): lib/afterburner/plugin/gcc-11/%.o: $(srcdir)/afterburner/plugin/%.cc $(ab_plugin_depends)
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(WITH_DEPENDS) $@ g++-11 $(AB_PLUGIN_FLAGS) -isystem $(PLUGIN11_DIR)/include -c -o $@ $<

$(AB_PLUGIN11): $(AB_PLUGIN11_OBJECTS) $(srcdir)/afterburner/plugin/selftest.sh \
		$(srcdir)/afterburner/plugin/selftest.c $(srcdir)/afterburner/plugin/selftest.expected
	$(AM_V_GEN)g++-11 -shared -o $@.tmp.so $(AB_PLUGIN11_OBJECTS)
	@$(SHELL) $(srcdir)/afterburner/plugin/selftest.sh gcc-11 $@.tmp.so $(srcdir)/afterburner/plugin
	@mv $@.tmp.so $@

CLEANFILES += $(AB_PLUGIN11) $(AB_PLUGIN11_OBJECTS)
endif
