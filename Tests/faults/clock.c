/* Preloaded, it moves the wall clock by CLOCK_STEP seconds; other clocks stay. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	long result = syscall(SYS_clock_gettime, clock, now);
	const char *step = getenv("CLOCK_STEP");

	if (!result && clock == CLOCK_REALTIME && step) {
		now->tv_sec += atol(step);
		if (now->tv_sec < 0)
			now->tv_sec = 0;
	}
	return (int)result;
}
