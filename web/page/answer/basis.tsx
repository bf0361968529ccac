import { useState } from 'preact/hooks';
import type { Run } from '../api/contract.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { SqlCode } from '../ui/sql-code.tsx';

/** What the answer rests on: its SQL, what was assumed, and what the words were taken for. */
export function Basis({ run }: { readonly run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const { sql, assumptions, grounding } = run;
  return (
    <div class="basis">
      {assumptions.length > 0 && (
        <section aria-labelledby="assumptions">
          <h3 id="assumptions">Assumed</h3>
          <ul>
            {assumptions.map((assumption) => (
              <li key={assumption}>{assumption}</li>
            ))}
          </ul>
        </section>
      )}
      {grounding.length > 0 && (
        <section aria-labelledby="grounding">
          <h3 id="grounding">Understood</h3>
          <dl class="grounding">
            {grounding.map(({ text, meaning }) => (
              <div key={`${text} ${meaning}`}>
                <dt>{text}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {sql !== null && (
        <section aria-labelledby="sql">
          <div class="section-head">
            <h3 id="sql">
              <button
                type="button"
                class="disclosure"
                aria-expanded={isOpen}
                onClick={() => setOpen(!isOpen)}
              >
                SQL
              </button>
            </h3>
            <CopyButton text={sql} label="Copy" what="SQL" />
          </div>
          {isOpen && <SqlCode sql={sql} label="SQL of the answer" />}
        </section>
      )}
    </div>
  );
}
