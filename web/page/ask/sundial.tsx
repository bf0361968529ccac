const CENTRE = 160;
const HOURS = 24;

/** The upper half of a sundial: what the page is named after. */
export function Sundial() {
  const ticks = Array.from({ length: HOURS + 1 }, (_, index) => {
    const angle = Math.PI * (index / HOURS);
    const isLong = index % 6 === 0;
    const [inner, outer] = [isLong ? 118 : 126, 136];
    const at = (radius: number): string =>
      `${(CENTRE - Math.cos(angle) * radius).toFixed(1)} ${(CENTRE - Math.sin(angle) * radius).toFixed(1)}`;
    return `M${at(inner)}L${at(outer)}`;
  });
  return (
    <svg class="sundial" viewBox="0 0 320 168" aria-hidden="true" focusable="false">
      <path class="sundial-ring" d={`M${CENTRE - 146} 160a146 146 0 0 1 292 0`} />
      <path class="sundial-ticks" d={ticks.join('')} />
      <path class="sundial-sun" d={`M${CENTRE - 44} 160a44 44 0 0 1 88 0z`} />
      <path class="sundial-horizon" d="M0 160h320" />
    </svg>
  );
}
