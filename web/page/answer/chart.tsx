import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChartSpec, DrawnChart } from './draw-chart.ts';

/**
 * Draws a chart once it is there to be seen. The library is loaded with the first chart; a chart
 * that cannot be drawn leaves the table, which has the same data, and says so.
 */
export function Chart(props: { readonly spec: ChartSpec; readonly title: string }) {
  const { spec, title } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const key = JSON.stringify(spec);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    let isGone = false;
    let drawn: DrawnChart | null = null;
    const draw = async (): Promise<void> => {
      const { drawChart } = await import('./draw-chart.ts');
      if (isGone) return;
      drawn?.remove();
      drawn = await drawChart(element, spec);
      if (isGone) drawn.remove();
    };
    const redraw = (): void => {
      draw().catch((error: unknown) => {
        if (!isGone) setProblem(error instanceof Error ? error.message : String(error));
      });
    };
    setProblem(null);
    redraw();
    const stop = whenLookChanges(element, redraw);
    return () => {
      isGone = true;
      stop();
      drawn?.remove();
    };
  }, [key]);
  return (
    <figure class="chart">
      <figcaption class="chart-title">{title}</figcaption>
      {problem !== null && (
        <p class="bad">The chart could not be drawn: {problem}. The table has the same data.</p>
      )}
      <div class="chart-frame" ref={frame} role="img" aria-label={`Chart: ${title}`} />
    </figure>
  );
}

/** Calls back when the width, the chosen theme or the system's theme is another. */
function whenLookChanges(element: HTMLElement, onChange: () => void): () => void {
  let width = element.clientWidth;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, 100);
  };
  const sizes = new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    later();
  });
  sizes.observe(element);
  const themes = new MutationObserver(later);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', later);
  return () => {
    clearTimeout(timer);
    sizes.disconnect();
    themes.disconnect();
    system.removeEventListener('change', later);
  };
}
