/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/diag.h"

static void reserve(struct buffer *buffer, size_t more)
{
        if (buffer->room - buffer->length > more)
                return;
        buffer->room = (buffer->length + more + 1) * 2;
        buffer->data = ab_realloc(buffer->data, buffer->room);
}

void buffer_add(struct buffer *buffer, const char *text, size_t length)
{
        reserve(buffer, length);
        memcpy(buffer->data + buffer->length, text, length);
        buffer->length += length;
        buffer->data[buffer->length] = 0;
}

void buffer_string(struct buffer *buffer, const char *text)
{
        buffer_add(buffer, text, strlen(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
        char line[512];
        va_list arguments;
        int length;

        va_start(arguments, format);
        length = vsnprintf(line, sizeof line, format, arguments);
        va_end(arguments);
        if (length < 0 || (size_t)length >= sizeof line)
                ab_die(AB_EXIT_ERROR, "as: a generated statement is too long: report this");
        buffer_add(buffer, line, (size_t)length);
}

void buffer_quoted(struct buffer *buffer, const char *text, size_t length)
{
        buffer_string(buffer, "\"");
        for (size_t i = 0; i < length; i++) {
                if (text[i] == '"' || text[i] == '\\')
                        buffer_string(buffer, "\\");
                buffer_add(buffer, text + i, 1);
        }
        buffer_string(buffer, "\"");
}

int buffer_read(struct buffer *buffer, int descriptor)
{
        struct stat status;
        size_t expected = 65536;

        if (!fstat(descriptor, &status) && S_ISREG(status.st_mode))
                expected = (size_t)status.st_size + 1;
        for (;;) {
                ssize_t got;

                reserve(buffer, expected);
                got = read(descriptor, buffer->data + buffer->length,
                           buffer->room - buffer->length - 1);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return 0;
                buffer->length += (size_t)got;
                buffer->data[buffer->length] = 0;
                if (!got)
                        return 1;
        }
}

int buffer_to_descriptor(const struct buffer *buffer)
{
        int descriptor = memfd_create("afterburn-as", 0);
        size_t written = 0;

        if (descriptor < 0) {
                char name[] = "/tmp/afterburn-as.XXXXXX";

                descriptor = mkstemp(name);
                if (descriptor < 0)
                        return -1;
                unlink(name);
        }
        while (written < buffer->length) {
                ssize_t n = write(descriptor, buffer->data + written, buffer->length - written);

                if (n < 0 && errno != EINTR) {
                        close(descriptor);
                        return -1;
                }
                if (n > 0)
                        written += (size_t)n;
        }
        if (lseek(descriptor, 0, SEEK_SET)) {
                close(descriptor);
                return -1;
        }
        return descriptor;
}

void buffer_free(struct buffer *buffer)
{
        free(buffer->data);
        memset(buffer, 0, sizeof *buffer);
}
