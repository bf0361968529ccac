/** What of QuickJS's regular expressions the engine takes, and where Ruby's mean something else. */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = [
  ...['libregexp.c', 'libregexp.h', 'libregexp-opcode.h'],
  ...['libunicode.c', 'libunicode.h', 'libunicode-table.h', 'cutils.h'],
];
/** From its first macro that reads a character to what follows the last. */
const CHARACTER_MACROS = /#define GET_CHAR\(.*?(?=typedef enum \{\s+RE_EXEC_STATE_SPLIT)/s;

const CHANGES: readonly (readonly [from: string, to: string])[] = [
  // A line ends with \n and nothing else.
  ["return (c == '\\n' || c == '\\r' || c == CP_LS || c == CP_PS);", "return c == '\\n';"],
  // Behind the last \n begins no line.
  [
    `PEEK_PREV_CHAR(c, cptr, s->cbuf, cbuf_type);
            if (!is_line_terminator(c))`,
    `PEEK_PREV_CHAR(c, cptr, s->cbuf, cbuf_type);
            if (!is_line_terminator(c) || cptr == cbuf_end)`,
  ],
  // A word has letters of every script.
  ...['v1', 'v2'].map(
    (name) =>
      [
        `if (c < 256) {
                        ${name} = (lre_is_word_byte(c) != 0);`,
        `if (true) {
                        ${name} = is_word_character(c);`,
      ] as const,
  ),
  // What a group without a match has matched is nowhere, and not the empty text.
  [
    `break;
                    }
                }
            }
            break;
        case REOP_range:`,
    `break;
                    }
                }
                if (i == n)
                    goto no_match;
            }
            break;
        case REOP_range:`,
  ],
  // A group keeps what it matched in an earlier round of a repetition.
  [
    `s->byte_code.size - last_atom_start);
            `,
    `s->byte_code.size - last_atom_start);
                last_capture_count = s->capture_count;
                if (quant_max == 1)
                    add_zero_advance_check = false;
            `,
  ],
  // A round that matches nothing is the last one, and not a failure: on behind the jump back.
  [
    `if (capture[idx] == cptr)
                goto no_match;`,
    `if (capture[idx] == cptr)
                pc += 5;`,
  ],
  [
    `capture[idx + 1] == cptr &&
                        val2 != limit) {
                        goto no_match;`,
    `capture[idx + 1] == cptr) {
                        break;`,
  ],
];

/** Copies the sources and changes them; throws where they are not what the changes were made for. */
export function copyLibregexp(quickjs: string, folder: string): void {
  for (const file of FILES) cpSync(join(quickjs, file), join(folder, file));
  const path = join(folder, 'libregexp.c');
  let source = readFileSync(path, 'utf8');
  const without = source.replace(CHARACTER_MACROS, '');
  if (without === source) throw new Error('libregexp.c does not define how it reads characters');
  source = without;
  for (const [from, to] of CHANGES) {
    if (source.split(from).length !== 2) {
      throw new Error(`libregexp.c does not contain once: ${from}`);
    }
    source = source.replace(from, to);
  }
  writeFileSync(path, source);
}
