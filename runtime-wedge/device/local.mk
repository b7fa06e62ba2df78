# SPDX-License-Identifier: GPL-3.0-or-later
# The virtual machine around the processor, as a library a wedge is linked with.
AB_DEVICE_SOURCES = runtime-wedge/device/alarm.c runtime-wedge/device/clock.c \
	runtime-wedge/device/cpuid.c runtime-wedge/device/device.c runtime-wedge/device/keyboard.c \
	runtime-wedge/device/moment.c \
	runtime-wedge/device/msr.c runtime-wedge/device/pic.c runtime-wedge/device/pit.c \
	runtime-wedge/device/port.c runtime-wedge/device/reset.c runtime-wedge/device/serial.c \
	runtime-wedge/device/text.c runtime-wedge/device/uart.c \
	runtime-wedge/device/chips.h runtime-wedge/device/device.h runtime-wedge/device/divide.h
noinst_LIBRARIES += runtime-wedge/device/libdevice.a
runtime_wedge_device_libdevice_a_SOURCES = $(AB_DEVICE_SOURCES) runtime-wedge/device/native.c
runtime_wedge_device_libdevice_a_CPPFLAGS = $(AB_CPPFLAGS)
runtime_wedge_device_libdevice_a_CFLAGS = $(TARGET_CFLAGS)
EXTRA_DIST += runtime-wedge/device/README
