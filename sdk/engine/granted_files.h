/* Files of granted folders, through the C library. What fails leaves `errno`. */
#ifndef GRANTED_FILES_H
#define GRANTED_FILES_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (64 << 10)

/* What an `errno` means, for people. */
static inline const char *errno_words(int number) {
  return number == ENOTCAPABLE ? "the procedure may not do that" : strerror(number);
}

/* Reads until the end or `length` bytes; false with errno. */
static bool read_all(int file, int64_t length, uint8_t **bytes, size_t *size) {
  size_t capacity = 0;
  while ((int64_t)*size < length) {
    if (*size == capacity) {
      capacity = capacity == 0 ? PIECE_BYTES : capacity * 2;
      uint8_t *larger = realloc(*bytes, capacity);
      if (larger == NULL) {
        errno = ENOMEM;
        return false;
      }
      *bytes = larger;
    }
    size_t wanted = capacity - *size;
    if ((int64_t)wanted > length - (int64_t)*size) wanted = (size_t)(length - (int64_t)*size);
    ssize_t got = read(file, *bytes + *size, wanted);
    if (got < 0) return false;
    if (got == 0) break;
    *size += (size_t)got;
  }
  return true;
}

/* Closes a file, and leaves `errno` as it was. */
static inline void close_quietly(int file) {
  int number = errno;
  if (file >= 0) close(file);
  errno = number;
}

/* Reads a part of a file into memory that the caller frees, whatever the outcome. */
static inline bool read_file(const char *path, int64_t offset, int64_t length, uint8_t **bytes,
                             size_t *size) {
  *bytes = NULL;
  *size = 0;
  int file = open(path, O_RDONLY);
  bool done = file >= 0 && lseek(file, offset, SEEK_SET) >= 0 &&
              read_all(file, length, bytes, size);
  close_quietly(file);
  return done;
}

/* Writes a file anew, or at its end. */
static inline bool write_file(const char *path, const uint8_t *bytes, size_t size, bool appends) {
  int file = open(path, O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC), 0666);
  bool done = file >= 0;
  for (size_t at = 0; done && at < size;) {
    ssize_t written = write(file, bytes + at, size - at);
    done = written >= 0;
    if (done) at += (size_t)written;
  }
  close_quietly(file);
  return done;
}

static inline const char *file_kind(const struct stat *found) {
  return S_ISREG(found->st_mode) ? "file" : S_ISDIR(found->st_mode) ? "folder" : "other";
}

#endif
