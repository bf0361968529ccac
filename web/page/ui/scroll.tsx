import type { ComponentChildren, Ref } from 'preact';

/** A part that scrolls on its own: it can be reached and scrolled with the keyboard. */
export function Scroll(props: {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly element?: Ref<HTMLElement>;
  readonly onScroll?: (element: HTMLElement) => void;
}) {
  const { label, children, class: name = 'table-frame', element, onScroll } = props;
  return (
    <section
      class={name}
      aria-label={label}
      {...(element === undefined ? {} : { ref: element })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      onScroll={(event) => onScroll?.(event.currentTarget)}
    >
      {children}
    </section>
  );
}
