#define _GNU_SOURCE
#include "cshim_libbpf.h"

#include <bpf/libbpf.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local FILE *capture;
static _Thread_local char *captured;
static _Thread_local size_t captured_size;

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (!capture || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(capture, format, arguments);
}

static void install(void)
{
	libbpf_set_print(keep);
}

void cshim_libbpf_log_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
	capture = open_memstream(&captured, &captured_size);
}

char *cshim_libbpf_log_finish(void)
{
	char *log = NULL;

	if (!capture)
		return NULL;
	fclose(capture);
	capture = NULL;
	if (captured_size > 0)
		log = captured;
	else
		free(captured);
	captured = NULL;
	return log;
}

void cshim_libbpf_keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most there is */
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
}
