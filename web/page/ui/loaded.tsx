import type { ComponentChildren } from 'preact';
import { Loading, ProblemNotice } from './notice.tsx';
import type { UseResource } from './use-resource.ts';

/** Shows what was read, or that it is being read, or why it could not be. */
export function Loaded<Value>(props: {
  readonly of: UseResource<Value>;
  readonly what: string;
  readonly children: (value: Value) => ComponentChildren;
}) {
  const { resource, reload } = props.of;
  const { value } = resource;
  return (
    <>
      {resource.state === 'failed' && <ProblemNotice problem={resource.problem} onRetry={reload} />}
      {value !== null && props.children(value)}
      {resource.state === 'loading' && value === null && <Loading what={props.what} />}
    </>
  );
}
