/*
 * The folders that a procedure was granted, for interpreters that are stored in the state in which
 * they have started: their C library looked for folders then, when there were none.
 */
#ifndef GRANTED_FOLDERS_H
#define GRANTED_FOLDERS_H

#include <stdbool.h>
#include <stdlib.h>
#include <wasi/api.h>
#include <wasi/libc.h>

/* Standard streams come first, then folders without a gap. */
#define FIRST_FOLDER 3

/* Forgets what the library knows; only newer ones have it, and older ones know nothing by then. */
__attribute__((weak)) void __wasilibc_reset_preopens(void);

/* Calls `found` with the path of each folder, which the C library can open from here on; false when
 * `found` says so or memory is short. */
static inline bool register_folders(bool (*found)(const char *path, void *context), void *context) {
  if (__wasilibc_reset_preopens != NULL) __wasilibc_reset_preopens();
  for (__wasi_fd_t folder = FIRST_FOLDER;; folder++) {
    __wasi_prestat_t opened;
    if (__wasi_fd_prestat_get(folder, &opened) != __WASI_ERRNO_SUCCESS) return true;
    size_t length = opened.u.dir.pr_name_len;
    char *path = malloc(length + 1);
    bool is_known = path != NULL &&
                    __wasi_fd_prestat_dir_name(folder, (uint8_t *)path, length) ==
                        __WASI_ERRNO_SUCCESS;
    if (is_known) {
      path[length] = '\0';
      is_known = __wasilibc_register_preopened_fd((int)folder, path) == 0 && found(path, context);
    }
    free(path);
    if (!is_known) return false;
  }
}

#endif
