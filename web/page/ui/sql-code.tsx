import { toSqlTokens } from '../answer/sql-tokens.ts';
import { Scroll } from './scroll.tsx';

/** SQL, coloured; it can be scrolled with the keyboard. */
export function SqlCode({ sql, label }: { readonly sql: string; readonly label: string }) {
  return (
    <Scroll class="sql" label={label}>
      <pre>
        <code>
          {toSqlTokens(sql).map(({ kind, text }) =>
            kind === 'other' ? text : <span class={`sql-${kind}`}>{text}</span>,
          )}
        </code>
      </pre>
    </Scroll>
  );
}
