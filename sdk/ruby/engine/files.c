/* Files of the folders that a procedure was granted. */
#include "engine.h"

#include <dirent.h>
#include <mruby/time.h>

#include "granted_files.h"
#include "granted_folders.h"

typedef struct {
  mrb_state *mrb;
  mrb_value list;
} Names;

static bool add_name(const char *name, void *context) {
  Names *names = context;
  mrb_ary_push(names->mrb, names->list, mrb_str_new_cstr(names->mrb, name));
  return true;
}

/* Raises what the C library says of a path, as the SDK's `HeliosDB.file_error` makes it. */
static void raise_errno(mrb_state *mrb, const char *path) {
  int number = errno;
  mrb_value message = mrb_format(mrb, "%s: %s", path, errno_words(number));
  mrb_value arguments[] = {mrb_int_value(mrb, number), message};
  mrb_value host = mrb_obj_value(mrb_module_get(mrb, "HeliosDB"));
  mrb_sym name = mrb_intern_lit(mrb, "file_error");
  mrb_exc_raise(mrb, mrb_funcall_argv(mrb, host, name, COUNT(arguments), arguments));
}

/* The paths of the folders, which are registered with the C library when it is first called. */
static mrb_value host_folders(mrb_state *mrb, mrb_value self) {
  (void)self;
  Names names = {mrb, mrb_ary_new(mrb)};
  if (!register_folders(add_name, &names)) raise_errno(mrb, "a granted folder");
  return names.list;
}

/* read_file(path, offset, length) */
static mrb_value host_read_file(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *path;
  mrb_int offset, length;
  mrb_get_args(mrb, "zii", &path, &offset, &length);
  uint8_t *bytes;
  size_t size;
  if (!read_file(path, offset, length, &bytes, &size)) {
    free(bytes);
    raise_errno(mrb, path);
  }
  mrb_value content = blob(mrb, bytes, (uint32_t)size);
  free(bytes);
  return content;
}

/* write_file(path, bytes, appends) */
static mrb_value host_write_file(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *path;
  mrb_value content;
  mrb_bool appends;
  mrb_get_args(mrb, "zSb", &path, &content, &appends);
  const uint8_t *bytes = (const uint8_t *)RSTRING_PTR(content);
  if (!write_file(path, bytes, (size_t)RSTRING_LEN(content), appends)) raise_errno(mrb, path);
  return mrb_nil_value();
}

static mrb_value host_list_folder(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *path;
  mrb_get_args(mrb, "z", &path);
  DIR *folder = opendir(path);
  if (folder == NULL) raise_errno(mrb, path);
  Names names = {mrb, mrb_ary_new(mrb)};
  errno = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL; errno = 0) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      add_name(entry->d_name, &names);
    }
  }
  int number = errno;
  closedir(folder);
  errno = number;
  if (number != 0) raise_errno(mrb, path);
  return names.list;
}

/* [kind, bytes, time of the last change], or nil for what is not there. */
static mrb_value host_file_info(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *path;
  mrb_get_args(mrb, "z", &path);
  struct stat found;
  if (stat(path, &found) != 0) {
    if (errno != ENOENT) raise_errno(mrb, path);
    return mrb_nil_value();
  }
  mrb_value parts[] = {
      mrb_str_new_cstr(mrb, file_kind(&found)),
      mrb_int_value(mrb, found.st_size),
      mrb_time_at(mrb, found.st_mtim.tv_sec, found.st_mtim.tv_nsec / 1000, MRB_TIMEZONE_UTC),
  };
  return mrb_ary_new_from_values(mrb, COUNT(parts), parts);
}

static mrb_value nil_or_errno(mrb_state *mrb, int outcome, const char *path) {
  if (outcome != 0) raise_errno(mrb, path);
  return mrb_nil_value();
}

static mrb_value host_make_folder(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *path;
  mrb_get_args(mrb, "z", &path);
  return nil_or_errno(mrb, mkdir(path, 0777), path);
}

static mrb_value host_remove_file(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *path;
  mrb_get_args(mrb, "z", &path);
  return nil_or_errno(mrb, unlink(path), path);
}

static mrb_value host_remove_folder(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *path;
  mrb_get_args(mrb, "z", &path);
  return nil_or_errno(mrb, rmdir(path), path);
}

static mrb_value host_move_file(mrb_state *mrb, mrb_value self) {
  (void)self;
  const char *from, *to;
  mrb_get_args(mrb, "zz", &from, &to);
  return nil_or_errno(mrb, rename(from, to), from);
}

void define_files(mrb_state *mrb, struct RClass *host) {
  mrb_define_class_method(mrb, host, "find_folders", host_folders, MRB_ARGS_NONE());
  mrb_define_class_method(mrb, host, "read_file", host_read_file, MRB_ARGS_REQ(3));
  mrb_define_class_method(mrb, host, "write_file", host_write_file, MRB_ARGS_REQ(3));
  mrb_define_class_method(mrb, host, "list_folder", host_list_folder, MRB_ARGS_REQ(1));
  mrb_define_class_method(mrb, host, "file_info", host_file_info, MRB_ARGS_REQ(1));
  mrb_define_class_method(mrb, host, "make_folder", host_make_folder, MRB_ARGS_REQ(1));
  mrb_define_class_method(mrb, host, "remove_file", host_remove_file, MRB_ARGS_REQ(1));
  mrb_define_class_method(mrb, host, "remove_folder", host_remove_folder, MRB_ARGS_REQ(1));
  mrb_define_class_method(mrb, host, "move_file", host_move_file, MRB_ARGS_REQ(2));
}
