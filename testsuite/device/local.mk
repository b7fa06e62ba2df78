# SPDX-License-Identifier: GPL-3.0-or-later
# The devices of the wedge in a test process, with the checks of the compiler's sanitizers.
DT_SOURCES = testsuite/device/board.c testsuite/device/board.h $(AB_DEVICE_SOURCES)
DT_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/runtime-wedge/device
DT_SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
DT_TESTS = testsuite/device/board.t testsuite/device/clock.t testsuite/device/pic.t \
	testsuite/device/pit.t testsuite/device/uart.t

check_PROGRAMS += $(DT_TESTS)
TESTS += $(DT_TESTS)
EXTRA_DIST += testsuite/device/README

testsuite_device_board_t_SOURCES = testsuite/device/board-test.c $(DT_SOURCES)
testsuite_device_board_t_CPPFLAGS = $(DT_CPPFLAGS)
testsuite_device_board_t_CFLAGS = $(AB_CFLAGS) $(DT_SANITIZE)
testsuite_device_board_t_LDFLAGS = $(DT_SANITIZE)

testsuite_device_clock_t_SOURCES = testsuite/device/clock-test.c $(DT_SOURCES)
testsuite_device_clock_t_CPPFLAGS = $(DT_CPPFLAGS)
testsuite_device_clock_t_CFLAGS = $(AB_CFLAGS) $(DT_SANITIZE)
testsuite_device_clock_t_LDFLAGS = $(DT_SANITIZE)

testsuite_device_pic_t_SOURCES = testsuite/device/pic-test.c $(DT_SOURCES)
testsuite_device_pic_t_CPPFLAGS = $(DT_CPPFLAGS)
testsuite_device_pic_t_CFLAGS = $(AB_CFLAGS) $(DT_SANITIZE)
testsuite_device_pic_t_LDFLAGS = $(DT_SANITIZE)

testsuite_device_pit_t_SOURCES = testsuite/device/pit-test.c $(DT_SOURCES)
testsuite_device_pit_t_CPPFLAGS = $(DT_CPPFLAGS)
testsuite_device_pit_t_CFLAGS = $(AB_CFLAGS) $(DT_SANITIZE)
testsuite_device_pit_t_LDFLAGS = $(DT_SANITIZE)

testsuite_device_uart_t_SOURCES = testsuite/device/uart-test.c $(DT_SOURCES)
testsuite_device_uart_t_CPPFLAGS = $(DT_CPPFLAGS)
testsuite_device_uart_t_CFLAGS = $(AB_CFLAGS) $(DT_SANITIZE)
testsuite_device_uart_t_LDFLAGS = $(DT_SANITIZE)
