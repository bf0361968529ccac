/*
 * A part of mruby's code generator, which includes it: `$1` and `$&` are parts of the last match,
 * and no variables of their own.
 */

/* Calls Regexp.last_match(group), or Regexp.last_match_part(sign) where `sign` is given. */
static void gen_match_reference(codegen_scope *s, const char *sign, int group) {
  mrb_state *mrb = s->mrb;
  const char *name = sign == NULL ? "last_match" : "last_match_part";
  int class_name = new_sym(s, mrb_intern_lit(mrb, REGEXP_CLASS));
  genop_1(s, OP_OCLASS, cursp());
  genop_2(s, OP_GETMCNST, cursp(), class_name);
  push();
  if (sign == NULL) gen_int(s, cursp(), group);
  else genop_2(s, OP_STRING, cursp(), new_lit_cstr(s, sign));
  push();
  push(); /* Room for a block. */
  pop_n(3);
  genop_3(s, OP_SEND, cursp(), new_sym(s, mrb_intern_cstr(mrb, name)), 1);
  push();
}
