/* What the build puts into the engine: mruby's library and that of the SDK, as sources. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <mruby.h>
#include <stddef.h>

typedef struct {
  const char *name;
  void (*start)(mrb_state *mrb);
  const char *source;
  size_t length;
} Gem;

extern const char *const CORE_LIBRARY;
/* Lists that end with a name of NULL. */
extern const Gem GEMS[];
extern const Gem SDK[];
extern const size_t CORE_LENGTH;

#endif
