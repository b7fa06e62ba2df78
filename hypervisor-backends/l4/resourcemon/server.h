/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor's loop: faults, exceptions and requests of the clients. */
#ifndef RESOURCEMON_SERVER_H
#define RESOURCEMON_SERVER_H

/* Serve until no client and no machine is running. */
void server_run(void);

#endif /* RESOURCEMON_SERVER_H */
