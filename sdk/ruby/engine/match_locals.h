/*
 * A part of mruby's parser, which includes it: `/(?<year>\d+)/ =~ text` sets the local variable
 * `year`, as in Ruby.
 */

static node *new_last_match_call(parser_state *p, const char *name, node *argument) {
  node *last_match = new_gvar(p, intern_cstr("$~"));
  return new_call(p, last_match, intern_cstr(name), new_callargs(p, list1(argument), 0, 0), 0);
}

static mrb_bool is_local_name(const char *name, size_t length) {
  if (length == 0 || ISUPPER(name[0]) || ISDIGIT(name[0])) return FALSE;
  for (size_t index = 0; index < length; index++) {
    if (!identchar((unsigned char)name[index])) return FALSE;
  }
  return TRUE;
}

static node *new_match(parser_state *p, node *pattern, node *text) {
  node *match = call_bin_op(p, pattern, "=~", text);
  if (intn(pattern->car) != NODE_REGX) return match;
  node *steps = new_begin(p, match);
  for (const char *at = (const char *)pattern->cdr->car; *at != 0; at++) {
    if (*at == '\\' && at[1] != 0) at++;
    if (strncmp(at, "(?<", 3) != 0) continue;
    const char *name = at + 3;
    size_t length = strcspn(name, ">");
    if (!is_local_name(name, length)) continue;
    mrb_sym variable = intern(name, length);
    node *group = new_last_match_call(p, "[]", new_sym(p, variable));
    local_add(p, variable);
    push(steps, new_asgn(p, new_lvar(p, variable), group));
  }
  if (steps->cdr->cdr == NULL) return match;
  /* The value is the place of the match all the same. */
  push(steps, new_last_match_call(p, "begin", new_int(p, "0", 10, 0)));
  return steps;
}
