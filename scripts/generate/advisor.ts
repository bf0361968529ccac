import { readFileSync } from 'node:fs';
import { RULES } from '#advisor';
import type { GeneratedFile } from './generated-file.ts';

/** Generates the page about the advisor: the guide, then every rule's own page. */
export function generateAdvisorPage(root: string): GeneratedFile[] {
  const read = (path: string): string => readFileSync(`${root}/advisor/${path}`, 'utf8').trim();
  const rows = RULES.map(({ code, id, title }) => `| ${code} | \`${id}\` | ${title} |`);
  const pages = RULES.map(({ id, code, options }) => {
    const text = read(`rules/${id.split('/')[1]}.md`);
    const defaults = Object.entries(options).map(([name, value]) => `\`${name}\` = ${value}`);
    return `${text
      .replace(/^# (.*)$/m, `### ${code} $1`)
      .replaceAll(/^## (.*)\n\n/gm, '**$1.** ')}\nDefaults: ${defaults.join(', ')}.`;
  });
  return [
    {
      path: 'docs/advisor.md',
      text: `<!-- Generated from advisor/guide.md and advisor/rules by \`npm run generate\`. Do not edit. -->
${read('guide.md')}

## Rules

| Code | Rule | Reports |
| --- | --- | --- |
${rows.join('\n')}

${pages.join('\n\n')}
`,
    },
  ];
}
