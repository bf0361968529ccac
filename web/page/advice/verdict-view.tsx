import { formatDuration } from '../ui/format.ts';
import { Scroll } from '../ui/scroll.tsx';
import { SqlCode } from '../ui/sql-code.tsx';
import type { Measurement, Verdict } from './advice.ts';

const ROLES: Readonly<Record<Measurement['role'], string>> = {
  main: 'decides',
  related: 'may not get slower',
  probe: 'may not get slower',
  upkeep: 'what writers pay',
};

/** What a replay on a copy showed. */
export function VerdictView(props: { readonly verdict: Verdict; readonly isOpen: boolean }) {
  const { verdict, isOpen } = props;
  return (
    <section class="replay" aria-label="What the replay showed">
      <p class="replay-reason">{verdict.reason}</p>
      {verdict.warnings.length > 0 && (
        <ul class="help">
          {verdict.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <details open={isOpen}>
        <summary>Measurements and statements</summary>
        {verdict.measurements.length > 0 && <Measurements measurements={verdict.measurements} />}
        {verdict.apply.length > 0 && (
          <SqlCode sql={verdict.apply.join(';\n')} label="Statements that make the change" />
        )}
        {verdict.callers !== null && (
          <>
            <p class="help">Callers write</p>
            <SqlCode
              sql={`-- before\n${verdict.callers.before}\n-- after\n${verdict.callers.after}`}
              label="What callers write before and after"
            />
          </>
        )}
      </details>
    </section>
  );
}

function Measurements({ measurements }: { readonly measurements: readonly Measurement[] }) {
  return (
    <Scroll label="Measurements">
      <table class="table table-plain">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="numeric">
              Before
            </th>
            <th scope="col" class="numeric">
              After
            </th>
            <th scope="col">Change</th>
            <th scope="col">Results</th>
          </tr>
        </thead>
        <tbody>
          {measurements.map((one) => (
            <tr key={one.name}>
              <th scope="row">
                {one.name} <span class="help">{ROLES[one.role]}</span>
              </th>
              <td class="numeric">{formatDuration(one.baselineMs)}</td>
              <td class="numeric">{formatDuration(one.candidateMs)}</td>
              <td class={`judged judged-${one.judgement}`}>{describe(one)}</td>
              <td class={one.areResultsEqual ? '' : 'bad'}>
                {one.areResultsEqual ? 'equal' : 'differ'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function describe({ judgement, factor }: Measurement): string {
  const { median, low, high } = factor;
  if (judgement === 'same') return 'as fast';
  if (judgement === 'unclear') return `unclear (${low.toFixed(2)} to ${high.toFixed(2)} times)`;
  const times = median >= 1 ? median : 1 / median;
  return `${times.toFixed(times >= 10 ? 0 : 1)} times ${judgement}`;
}
