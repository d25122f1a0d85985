"""Clocks that are wrong: a library that is loaded before a program and moves the time of day that it sees, while it runs."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

# What passes is not moved: timers and time-outs run by the monotonic clock.
SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static int64_t ahead(void) {
    static volatile int64_t *found, none;
    if (!found) {
        const char *name = getenv("CLOCK_AHEAD");
        int file = name ? open(name, O_RDONLY) : -1;
        void *map = file < 0 ? MAP_FAILED : mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
        found = map == MAP_FAILED ? &none : map;
    }
    return *found;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += ahead();
    return done;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec then;
    clock_gettime(CLOCK_REALTIME, &then);
    now->tv_sec = then.tv_sec;
    now->tv_usec = then.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec then;
    clock_gettime(CLOCK_REALTIME, &then);
    if (now) *now = then.tv_sec;
    return then.tv_sec;
}
"""


class MovedClock:
    """A clock for other processes: those that are started with `environ` see it."""

    def __init__(self, folder: Path, seconds: int = 0) -> None:
        """Skips the test where no compiler is at hand."""
        if not (compiler := shutil.which("cc")):
            pytest.skip("no C compiler is at hand, which the library that moves a clock needs")
        self._file, library = folder / "ahead", folder / "clock.so"
        self.set(seconds)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, "-xc", "-", "-ldl"], input=SOURCE, text=True, check=True)
        self.environ = {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(self._file)}

    def set(self, seconds: int) -> None:
        """So many seconds ahead of the true time, from now on."""
        with self._file.open("r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("q", seconds))
