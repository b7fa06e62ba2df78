# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a compiler or linker is told is a prerequisite of what it makes, as what it reads is: a
# file of words in flags/, which make writes before it does anything else, where they are not those
# that stand there.  So a changed flag in a local.mk builds what it is for again, and a run of
# configure that changes nothing builds nothing.  Makefile.am includes this file; GNU make only.

flags_differ = $(subst <$1>,,<$2>)$(subst <$2>,,<$1>)
# With `make -n' nothing is written, and yet it says what would be built.
flags_dry := $(findstring n,$(firstword -$(MAKEFLAGS)))
flags_new = $(if $(flags_dry),$(eval .PHONY: flags/$1),$(file >flags/$1,$2))
# flags_told FILE,WORDS.  Not every make drops the last newline of every file.
flags_told = $(if $(call flags_differ,$(strip $(file <flags/$1)),$2),$(call flags_new,$1,$2))

# flags_name PROGRAM: as automake writes it in the names of variables
flags_name = $(subst /,_,$(subst -,_,$(subst +,_,$(subst .,_,$1))))

flags_compiler = $(strip $(CC) $(CXX) $(DEFS) $(DEFAULT_INCLUDES) $(CPPFLAGS) $(CFLAGS) $(CXXFLAGS) \
	$(CCASFLAGS) $($1_CPPFLAGS) $($1_CFLAGS) $($1_CXXFLAGS) $($1_CCASFLAGS))
# With what is linked: an object that is taken off the list makes a difference, too.
flags_linker = $(strip $(CCLD) $(ARFLAGS) $(LDFLAGS) $(LIBS) $($1_LDFLAGS) $($1_LDADD) $($1_LIBADD) \
	$($1_OBJECTS))

# flags_of PROGRAM,NAME
flags_of = $(call flags_told,$2,$(call flags_compiler,$2))$(call \
	flags_told,$2-link,$(call flags_linker,$2))$(eval \
	$1: flags/$2-link)$(if $($2_OBJECTS),$(eval $($2_OBJECTS): flags/$2))

# Of rules written by hand: how they compile, and every flag that is no program's own.  They are
# known by what with-depends has written.
flags_by_hand := $(strip $(CC) $(CPPFLAGS) $(CFLAGS) $(GUEST_CC) $(shell $(AWK) ' \
	/^[A-Z0-9_]+(FLAGS|_BUILD|_DIR) *[:+]?=/ { wanted = 1 } \
	/^\t.*\$$\(WITH_DEPENDS\)/ || wanted { print; wanted = /\\$$/ }' Makefile))
flags_hand_made := $(shell cat depends/*.d 2>/dev/null | $(AWK) '/^[^ \t].*: / { sub(/:.*/, ""); print }')

# Of what was built before there was such a folder nothing is known: it is taken as it is.
flags_known := $(wildcard flags/by-hand)
ifneq ($(flags_known)$(if $(flags_dry),,written),)
$(if $(flags_known),,$(shell mkdir -p flags))
$(foreach program,$(PROGRAMS) $(check_PROGRAMS) $(LIBRARIES),$(call \
	flags_of,$(program),$(call flags_name,$(program))))
$(call flags_told,by-hand,$(flags_by_hand))
$(if $(flags_hand_made),$(eval $(flags_hand_made): flags/by-hand))
$(if $(flags_known),,$(shell touch -d 2001-01-01 flags/*))
endif
