import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/problem.ts';
import { Link } from '../shell/link.tsx';

type Shown = Pick<Problem, 'message' | 'detail' | 'hint' | 'sqlstate'> & {
  readonly status?: number | null;
};

/** What went wrong, why, and what to try. */
export function ProblemNotice(props: {
  readonly problem: Shown;
  readonly title?: string;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { problem, title, onRetry } = props;
  const { message, detail, hint, sqlstate } = problem;
  return (
    <section class="notice notice-bad" role="alert">
      <h2 class="notice-title">{title ?? sentence(message)}</h2>
      {title !== undefined && <p>{sentence(message)}.</p>}
      {detail !== null && <p class="notice-detail">{detail}</p>}
      {hint !== null && (
        <p>
          <strong>Try:</strong> {hint}
        </p>
      )}
      <p class="notice-foot">
        {sqlstate !== null && <span class="code">{sqlstate}</span>}
        {problem.status === 401 && <Link to={{ view: 'settings' }}>Enter a token</Link>}
        {onRetry !== undefined && (
          <button type="button" class="button button-small" onClick={onRetry}>
            Try again
          </button>
        )}
      </p>
    </section>
  );
}

/** A place where something will be, and how it gets there. */
export function EmptyState(props: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="notice notice-empty">
      <h2 class="notice-title">{props.title}</h2>
      {props.children}
    </section>
  );
}

/** Something is being read; shown only when it takes long enough to be noticed. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p class="loading" role="status">
      <span class="loading-sun" aria-hidden="true" />
      Reading {what}…
    </p>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
