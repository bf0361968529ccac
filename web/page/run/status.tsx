import type { RunSummary } from '../api/contract.ts';

const WORDS: Readonly<Record<RunSummary['status'], string>> = {
  running: 'Running',
  ok: 'Answered',
  confirm: 'To be confirmed',
  clarify: 'Asks back',
  refused: 'Not understood',
  failed: 'Failed',
  canceled: 'Cancelled',
};

/** How a run went: in words, with a mark whose shape differs too. */
export function Status({ status }: { readonly status: RunSummary['status'] }) {
  return (
    <span class={`status status-${status}`}>
      <StatusMark status={status} />
      {WORDS[status]}
    </span>
  );
}

function StatusMark({ status }: { readonly status: RunSummary['status'] }) {
  const paths: Readonly<Record<RunSummary['status'], string>> = {
    running: 'M10 3.5a6.5 6.5 0 1 1-6.5 6.5',
    ok: 'm4.5 10.5 3.5 3.5 7.5-8',
    confirm: 'M10 4v7.5M10 15v.1',
    clarify: 'M6.5 7.5a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.2-1.5 2.3M10 16v.1',
    refused: 'M4.5 10h11',
    failed: 'm5.5 5.5 9 9M14.5 5.5l-9 9',
    canceled: 'M6 6h8v8H6z',
  };
  return (
    <svg class="status-mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={paths[status]} />
    </svg>
  );
}
