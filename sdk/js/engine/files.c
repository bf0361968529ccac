/* Files of the folders that a procedure was granted, through the C library. */
#include "engine.h"

#include <dirent.h>
#include <stdio.h>

#include "granted_files.h"
#include "granted_folders.h"

typedef struct {
  JSContext *ctx;
  JSValue list;
  uint32_t count;
} Names;

static bool add_name(const char *name, void *context) {
  Names *names = context;
  JSValue text = JS_NewString(names->ctx, name);
  return JS_SetPropertyUint32(names->ctx, names->list, names->count++, text) >= 0;
}

/* The paths of the folders, which are registered with the C library when it is first called. */
static JSValue js_folders(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv) {
  (void)this_value, (void)argc, (void)argv;
  Names names = {ctx, JS_NewArray(ctx), 0};
  if (register_folders(add_name, &names)) return names.list;
  JS_FreeValue(ctx, names.list);
  return JS_HasException(ctx) ? JS_EXCEPTION : JS_ThrowOutOfMemory(ctx);
}

/* Throws what the C library says of a path. */
static JSValue throw_errno(JSContext *ctx, const char *path) {
  int number = errno;
  JSValue error = JS_NewError(ctx);
  const char *words = errno_words(number);
  size_t size = strlen(words) + strlen(path) + 3;
  char *text = malloc(size);
  if (text != NULL) {
    snprintf(text, size, "%s: %s", path, words);
    JS_SetPropertyStr(ctx, error, "message", JS_NewString(ctx, text));
    free(text);
  }
  JS_SetPropertyStr(ctx, error, "errno", JS_NewInt32(ctx, number));
  return JS_Throw(ctx, error);
}

static JSValue done_or_errno(JSContext *ctx, int outcome, const char *path) {
  return outcome == 0 ? JS_UNDEFINED : throw_errno(ctx, path);
}

/* readFile(path, offset, length) */
static JSValue js_read_file(JSContext *ctx, JSValueConst this_value, int argc,
                            JSValueConst *argv) {
  (void)this_value;
  int64_t offset, length;
  if (argc < 3 || JS_ToInt64(ctx, &offset, argv[1]) || JS_ToInt64(ctx, &length, argv[2])) {
    return JS_EXCEPTION;
  }
  const char *path = JS_ToCString(ctx, argv[0]);
  if (path == NULL) return JS_EXCEPTION;
  uint8_t *bytes;
  size_t size;
  bool done = read_file(path, offset, length, &bytes, &size);
  JSValue content = done ? JS_NewUint8ArrayCopy(ctx, bytes, size) : throw_errno(ctx, path);
  free(bytes);
  JS_FreeCString(ctx, path);
  return content;
}

/* writeFile(path, bytes, appends) */
static JSValue js_write_file(JSContext *ctx, JSValueConst this_value, int argc,
                             JSValueConst *argv) {
  (void)this_value;
  size_t size;
  const uint8_t *bytes = argc < 3 ? NULL : JS_GetUint8Array(ctx, &size, argv[1]);
  if (bytes == NULL && (argc < 3 || JS_HasException(ctx))) return JS_EXCEPTION;
  const char *path = JS_ToCString(ctx, argv[0]);
  if (path == NULL) return JS_EXCEPTION;
  bool done = write_file(path, bytes, size, JS_ToBool(ctx, argv[2]));
  JSValue outcome = done ? JS_UNDEFINED : throw_errno(ctx, path);
  JS_FreeCString(ctx, path);
  return outcome;
}

static JSValue js_list_folder(JSContext *ctx, JSValueConst this_value, int argc,
                              JSValueConst *argv) {
  (void)this_value;
  const char *path = argc < 1 ? NULL : JS_ToCString(ctx, argv[0]);
  if (path == NULL) return JS_EXCEPTION;
  DIR *folder = opendir(path);
  JSValue outcome;
  if (folder == NULL) {
    outcome = throw_errno(ctx, path);
  } else {
    Names names = {ctx, JS_NewArray(ctx), 0};
    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL; errno = 0) {
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      if (!add_name(entry->d_name, &names)) break;
    }
    outcome = names.list;
    if (errno != 0) {
      JS_FreeValue(ctx, names.list);
      outcome = throw_errno(ctx, path);
    }
    closedir(folder);
  }
  JS_FreeCString(ctx, path);
  return outcome;
}

/* [kind, bytes, milliseconds since 1970], or null for what is not there. */
static JSValue js_file_info(JSContext *ctx, JSValueConst this_value, int argc,
                            JSValueConst *argv) {
  (void)this_value;
  const char *path = argc < 1 ? NULL : JS_ToCString(ctx, argv[0]);
  if (path == NULL) return JS_EXCEPTION;
  struct stat found;
  JSValue outcome;
  if (stat(path, &found) == 0) {
    double modified = (double)found.st_mtim.tv_sec * 1e3 + (double)found.st_mtim.tv_nsec / 1e6;
    outcome = JS_NewArray(ctx);
    JS_SetPropertyUint32(ctx, outcome, 0, JS_NewString(ctx, file_kind(&found)));
    JS_SetPropertyUint32(ctx, outcome, 1, JS_NewFloat64(ctx, (double)found.st_size));
    JS_SetPropertyUint32(ctx, outcome, 2, JS_NewFloat64(ctx, modified));
  } else {
    outcome = errno == ENOENT ? JS_NULL : throw_errno(ctx, path);
  }
  JS_FreeCString(ctx, path);
  return outcome;
}

enum { MAKE_FOLDER, REMOVE_FILE, REMOVE_FOLDER };

static JSValue js_change(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv,
                         int verb) {
  (void)this_value;
  const char *path = argc < 1 ? NULL : JS_ToCString(ctx, argv[0]);
  if (path == NULL) return JS_EXCEPTION;
  int outcome = verb == MAKE_FOLDER   ? mkdir(path, 0777)
                : verb == REMOVE_FILE ? unlink(path)
                                      : rmdir(path);
  JSValue done = done_or_errno(ctx, outcome, path);
  JS_FreeCString(ctx, path);
  return done;
}

static JSValue js_move_file(JSContext *ctx, JSValueConst this_value, int argc,
                            JSValueConst *argv) {
  (void)this_value;
  const char *from = argc < 2 ? NULL : JS_ToCString(ctx, argv[0]);
  const char *to = from == NULL ? NULL : JS_ToCString(ctx, argv[1]);
  JSValue done = to == NULL ? JS_EXCEPTION : done_or_errno(ctx, rename(from, to), from);
  JS_FreeCString(ctx, from);
  JS_FreeCString(ctx, to);
  return done;
}

static const JSCFunctionListEntry FILES[] = {
    JS_CFUNC_DEF("folders", 0, js_folders),
    JS_CFUNC_DEF("readFile", 3, js_read_file),
    JS_CFUNC_DEF("writeFile", 3, js_write_file),
    JS_CFUNC_DEF("listFolder", 1, js_list_folder),
    JS_CFUNC_DEF("fileInfo", 1, js_file_info),
    JS_CFUNC_MAGIC_DEF("makeFolder", 1, js_change, MAKE_FOLDER),
    JS_CFUNC_MAGIC_DEF("removeFile", 1, js_change, REMOVE_FILE),
    JS_CFUNC_MAGIC_DEF("removeFolder", 1, js_change, REMOVE_FOLDER),
    JS_CFUNC_DEF("moveFile", 2, js_move_file),
};

bool export_files(JSContext *ctx, JSModuleDef *module) {
  return JS_AddModuleExportList(ctx, module, FILES, COUNT(FILES)) == 0;
}

bool set_files(JSContext *ctx, JSModuleDef *module) {
  return JS_SetModuleExportList(ctx, module, FILES, COUNT(FILES)) == 0;
}
