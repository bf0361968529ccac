import type { ComponentChildren } from 'preact';
import { navigate } from './navigation.ts';
import type { Route } from './route.ts';
import { printRoute } from './route.ts';

/** A link within the page; opening it elsewhere works as with any link. */
export function Link(props: {
  readonly to: Route;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly isCurrent?: boolean;
  readonly title?: string;
}) {
  const { to, children, isCurrent = false } = props;
  return (
    <a
      href={printRoute(to)}
      class={props.class}
      title={props.title}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
        if (!isPlain || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
