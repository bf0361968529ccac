import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import type { TopLevelSpec } from 'vega-lite';
import { compile } from 'vega-lite';
import { escapeControls } from './cell.ts';
import { chartConfig } from './chart-config.ts';

/** A Vega-Lite specification with its data inside. */
export type ChartSpec = Readonly<Record<string, unknown>>;

export interface DrawnChart {
  readonly remove: () => void;
}

/** A chart's data are inside it: nothing it names is ever fetched. */
const CLOSED_LOADER = {
  load: () => Promise.reject(new Error('charts load nothing')),
  sanitize: () => Promise.reject(new Error('charts link to nothing')),
  http: () => Promise.reject(new Error('charts load nothing')),
  file: () => Promise.reject(new Error('charts load nothing')),
};

/** Draws a specification into an element, in the page's colours and as wide as the element. */
export async function drawChart(element: HTMLElement, spec: ChartSpec): Promise<DrawnChart> {
  const { title: _, encoding, ...rest } = spec;
  const sized = {
    ...rest,
    encoding: withoutBandTitle(encoding),
    width: 'container',
    ...('height' in spec ? {} : heightOf(spec)),
    autosize: { type: 'fit-x', contains: 'padding' },
    config: chartConfig(element),
  } as unknown as TopLevelSpec;
  const messages: string[] = [];
  const { spec: compiled } = compile(sized, { logger: quiet(messages) });
  // Expressions are walked, not compiled: the page forbids evaluating text.
  const runtime = parse(compiled, {}, { ast: true });
  const view = new View(runtime, {
    expr: expressionInterpreter,
    loader: CLOSED_LOADER,
    renderer: 'svg',
    container: element,
    hover: true,
    logLevel: 0,
  });
  const tooltip = newTooltip();
  view.tooltip((_handler, event, _item, value) => tooltip.show(event, value));
  await view.width(Math.max(120, element.clientWidth)).runAsync();
  return {
    remove: () => {
      tooltip.remove();
      view.finalize();
      element.replaceChildren();
    },
  };
}

/** Bars with names beside them say what they are; the title above says it once more. */
function withoutBandTitle(encoding: unknown): unknown {
  const { y, ...others } = (encoding ?? {}) as { readonly y?: { readonly type?: string } };
  return y?.type === 'nominal' ? { ...others, y: { ...y, title: null } } : encoding;
}

/** Bars get a line each; everything else a height that its width goes with. */
function heightOf(spec: ChartSpec): Readonly<Record<string, unknown>> {
  const { y } = (spec.encoding ?? {}) as { readonly y?: { readonly type?: string } };
  return y?.type === 'nominal' ? { height: { step: 24 } } : { height: 260 };
}

interface Tooltip {
  readonly show: (event: MouseEvent, value: unknown) => void;
  readonly remove: () => void;
}

/** A tooltip of text: what a name or value contains can be nothing else. */
function newTooltip(): Tooltip {
  const box = document.createElement('dl');
  box.className = 'chart-tooltip';
  box.hidden = true;
  document.body.append(box);
  const show: Tooltip['show'] = (event, value) => {
    box.hidden = value === null || value === undefined || value === '';
    if (box.hidden) return;
    const entries = typeof value === 'object' ? Object.entries(value as object) : [['', value]];
    box.replaceChildren(
      ...entries.map(([name, text]) => {
        const row = document.createElement('div');
        const [term, detail] = [document.createElement('dt'), document.createElement('dd')];
        term.textContent = escapeControls(String(name));
        detail.textContent = escapeControls(String(text));
        row.append(term, detail);
        return row;
      }),
    );
    const [x, y] = [event.clientX + 14, event.clientY + 14];
    box.style.left = `${Math.min(x, innerWidth - box.offsetWidth - 8)}px`;
    box.style.top = `${Math.min(y, innerHeight - box.offsetHeight - 8)}px`;
  };
  return { show, remove: () => box.remove() };
}

/** Keeps the library's remarks from the console, where they would look like faults. */
function quiet(messages: string[]) {
  const note = (...parts: readonly unknown[]) => {
    messages.push(parts.map(String).join(' '));
    return logger;
  };
  const logger = {
    level: () => 0,
    error: note,
    warn: note,
    info: note,
    debug: note,
  } as unknown as NonNullable<NonNullable<Parameters<typeof compile>[1]>['logger']>;
  return logger;
}
