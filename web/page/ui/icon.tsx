/** Strokes on a grid of 20, drawn for this page. */
const PATHS = {
  ask: 'M3 10a7 7 0 1 1 3 5.7L3 17l1-3.4A7 7 0 0 1 3 10Z',
  runs: 'M10 5v5l3.5 2M17 10a7 7 0 1 1-2-4.9M17 2.5v3h-3',
  schema: 'M3 4.5h14v11H3zM3 8.5h14M8 8.5v7',
  procedures: 'M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6 10 9.7 16.5 6M10 9.7v7.8',
  advice:
    'M7.5 14.5h5M8.5 17.5h3M6.8 12A5 5 0 1 1 13.2 12c-.6.6-.7 1.2-.7 2.5h-5c0-1.3-.1-1.9-.7-2.5Z',
  settings: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  check: 'm4 10.5 4 4 8-9',
  cross: 'm5 5 10 10M15 5 5 15',
  download: 'M10 3v9m-3.5-3.5L10 12l3.5-3.5M4 16.5h12',
  stop: 'M5.5 5.5h9v9h-9z',
  again: 'M16 10a6 6 0 1 1-1.8-4.3M16 3v3.5h-3.5',
  right: 'M4 10h11m-4.5-4.5L15 10l-4.5 4.5',
  up: 'M7 16.5V9l3.2-6c1.3.2 1.9 1 1.6 2.4L11.4 8h4.1c.9 0 1.5.8 1.3 1.6l-1.3 5.6c-.2.8-.8 1.3-1.6 1.3zM7 9H3.5v7.5H7',
  down: 'M13 3.5V11l-3.2 6c-1.3-.2-1.9-1-1.6-2.4l.4-2.6H4.5c-.9 0-1.5-.8-1.3-1.6l1.3-5.6c.2-.8.8-1.3 1.6-1.3zM13 11h3.5V3.5H13',
  link: 'M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2L10.3 5.5M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1.2-1.2',
  key: 'M12.5 11a4 4 0 1 0-3.8-2.7L3 14v3h3v-2h2v-2h1.5l1.2-1.2c.6.1 1.2.2 1.8.2Z',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a word; it says nothing that the word does not. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
