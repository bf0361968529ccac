/** The page's colours and type as Vega-Lite's configuration, as they are at an element. */
export function chartConfig(element: HTMLElement): Readonly<Record<string, unknown>> {
  const style = getComputedStyle(element);
  const colour = (name: string): string => resolveColour(element, style.getPropertyValue(name));
  const [ink, soft, line] = [colour('--ink'), colour('--ink-soft'), colour('--line')];
  const font = style.fontFamily;
  return {
    background: 'transparent',
    font,
    view: { stroke: null },
    bar: { cornerRadiusEnd: 2, color: colour('--chart-1') },
    line: { strokeWidth: 2, color: colour('--chart-1') },
    point: { filled: true, size: 40, color: colour('--chart-1') },
    range: { category: [1, 2, 3, 4, 5, 6, 7, 8].map((index) => colour(`--chart-${index}`)) },
    axis: {
      domain: false,
      ticks: false,
      gridColor: line,
      labelColor: soft,
      titleColor: soft,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 500,
      labelPadding: 6,
      labelLimit: 190,
      tickCount: 5,
    },
    axisBand: { grid: false },
    scale: { bandPaddingInner: 0.3, bandPaddingOuter: 0.15 },
    legend: { labelColor: ink, titleColor: soft, labelFontSize: 12, titleFontSize: 12 },
  };
}

/** What a colour of the style sheet comes to: `light-dark()` is none that a drawing knows. */
function resolveColour(element: HTMLElement, value: string): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  element.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}
