# SPDX-License-Identifier: GPL-3.0-or-later
#
# The user side of the L4: headers, library, sigma0, resource monitor, apps.
EXTRA_DIST += \
	hypervisor-backends/l4/include/README \
	hypervisor-backends/l4/include/l4/abi.h
