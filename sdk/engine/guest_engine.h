/*
 * What the engines of interpreters have in common. Each engine's `engine.c` includes it, and no
 * other file does: it defines the C library's clock.
 */
#ifndef GUEST_ENGINE_H
#define GUEST_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#include "procedure_abi.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define ARGUMENT_COUNT_MAX 64

/* What `hdb_load` is told of a program: it draws random numbers, so the generator is seeded. */
enum { LOAD_RANDOM = 1 };

__attribute__((import_module("wasi_snapshot_preview1"), import_name("random_get")))
int32_t random_bytes(uint8_t *bytes, uint32_t length);

/* True in the state that the build keeps. */
static bool is_started;

/* --- The clock: the statement's moment, the same for all its rows. --- */

/* While the engine is built there is no statement. */
static int64_t moment(void) { return is_started ? heliosdb_now() : 1; }

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  int64_t micros = moment();
  time->tv_sec = micros / 1000000;
  time->tv_usec = (suseconds_t)(micros % 1000000);
  return 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  int64_t micros = moment();
  time->tv_sec = micros / 1000000;
  time->tv_nsec = (long)(micros % 1000000) * 1000;
  return 0;
}

/* mruby seeds its generator with it, so that the build would keep another state each time. */
time_t time(time_t *seconds) {
  time_t now = moment() / 1000000;
  if (seconds != NULL) *seconds = now;
  return now;
}

#endif
