# SPDX-License-Identifier: GPL-3.0-or-later
BT_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker/core -I$(top_srcdir)/testsuite/binder
BT_SOURCES = testsuite/binder/image.c testsuite/binder/image.h testsuite/binder/layout.h \
	testsuite/binder/forms.def
BT_IMAGES = testsuite/binder/forms.text testsuite/binder/forms.records

check_DATA += $(BT_IMAGES)
CLEANFILES += $(BT_IMAGES) testsuite/binder/forms.elf testsuite/binder/forms-target.o
EXTRA_DIST += testsuite/binder/README testsuite/binder/forms.c testsuite/binder/same.t

check_PROGRAMS += testsuite/binder/forms.t testsuite/binder/registers.t testsuite/binder/refuse.t \
	testsuite/binder/bind-forms testsuite/binder/bind-forms32 testsuite/binder/bind-image
TESTS += testsuite/binder/forms.t testsuite/binder/registers.t testsuite/binder/refuse.t \
	testsuite/binder/same.t

testsuite_binder_forms_t_SOURCES = testsuite/binder/forms-test.c $(BT_SOURCES)
testsuite_binder_forms_t_CPPFLAGS = $(BT_CPPFLAGS) $(LLVM_CPPFLAGS)
testsuite_binder_forms_t_CFLAGS = $(AB_CFLAGS)
testsuite_binder_forms_t_LDADD = linker/core/libabbind.a $(ZYDIS_LIBS) $(LLVM_LIBS)

# A process of 32 bits: the binder again, from source.
testsuite_binder_registers_t_SOURCES = testsuite/binder/run-test.c testsuite/binder/run-site.S \
	$(BT_SOURCES) $(AB_BINDER_SOURCES)
testsuite_binder_registers_t_CPPFLAGS = $(BT_CPPFLAGS)
testsuite_binder_registers_t_CFLAGS = $(AB_CFLAGS) -m32 -fno-pie
testsuite_binder_registers_t_CCASFLAGS = -m32
testsuite_binder_registers_t_LDFLAGS = -static -no-pie

testsuite_binder_refuse_t_SOURCES = testsuite/binder/refuse-test.c $(BT_SOURCES) \
	$(AB_BINDER_SOURCES)
testsuite_binder_refuse_t_CPPFLAGS = $(BT_CPPFLAGS)
testsuite_binder_refuse_t_CFLAGS = $(AB_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover=all
testsuite_binder_refuse_t_LDFLAGS = -fsanitize=address,undefined

testsuite_binder_bind_forms_SOURCES = testsuite/binder/bind-forms.c $(BT_SOURCES)
testsuite_binder_bind_forms_CPPFLAGS = $(BT_CPPFLAGS)
testsuite_binder_bind_forms_CFLAGS = $(AB_CFLAGS)
testsuite_binder_bind_forms_LDADD = linker/core/libabbind.a

testsuite_binder_bind_forms32_SOURCES = testsuite/binder/bind-forms.c $(BT_SOURCES) \
	$(AB_BINDER_SOURCES)
testsuite_binder_bind_forms32_CPPFLAGS = $(BT_CPPFLAGS)
testsuite_binder_bind_forms32_CFLAGS = $(AB_CFLAGS) -m32
testsuite_binder_bind_forms32_LDFLAGS = -m32

# By hand, and by other suites: does a real image bind?
testsuite_binder_bind_image_SOURCES = testsuite/binder/bind-image.c
testsuite_binder_bind_image_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker \
	-I$(top_srcdir)/linker/core
testsuite_binder_bind_image_CFLAGS = $(AB_CFLAGS)
testsuite_binder_bind_image_LDADD = linker/core/libabbind.a $(AB_RECORDS_LIBS)

testsuite/binder/forms.elf: testsuite/binder/forms.c testsuite/binder/forms.def
	$(AM_V_at)$(MKDIR_P) testsuite/binder
	$(AM_V_CC)$(WITH_DEPENDS) $@ $(CC) $(AB_CPPFLAGS) $(TARGET_CFLAGS) -O1 -c \
		-o testsuite/binder/forms-target.o $(srcdir)/testsuite/binder/forms.c
	$(AM_V_at)ld -m elf_i386 -Ttext=0x10000000 -e 0x10000000 -o $@ testsuite/binder/forms-target.o

testsuite/binder/forms.text: testsuite/binder/forms.elf
	$(AM_V_GEN)objcopy -O binary -j .text testsuite/binder/forms.elf $@

testsuite/binder/forms.records: testsuite/binder/forms.elf
	$(AM_V_GEN)objcopy -O binary --set-section-flags .afterburn=alloc,contents,readonly \
		-j .afterburn testsuite/binder/forms.elf $@
