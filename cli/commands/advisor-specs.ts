import type { CommandSpec, OptionSpec } from '../usage/command.ts';

/** `heliosdb advise` and its demonstration. */
export function advisorSpecs(DB: OptionSpec): readonly CommandSpec[] {
  return [
    {
      name: 'advise',
      summary: 'say what would make procedures better, and prove it',
      usage: '[procedure | finding] [options]',
      description:
        'Reads what procedures did and says what would help. --replay tries each change on a copy of the\ndatabase with the real calls, and says whether it is verified or refuted; nothing is changed.',
      options: [
        DB,
        { name: 'json', value: null, description: 'JSON on stdout' },
        {
          name: 'replay',
          value: null,
          description: 'try the changes on a copy, and keep the verdicts',
        },
        { name: 'id', value: 'LIST', description: 'with --replay: only these findings' },
        {
          name: 'candidate',
          value: 'FILE',
          description: 'try a changed source or module for the finding',
        },
        {
          name: 'candidate-version',
          value: 'N',
          description: 'try a version that is registered',
        },
        { name: 'entry', value: 'EXPORT', description: "the candidate's export to call" },
        {
          name: 'capabilities',
          value: 'LIST',
          description: "the candidate's rights (default: those there are)",
        },
        { name: 'apply', value: 'ID', description: 'make the change of a finding; prints the SQL' },
        { name: 'revert', value: 'ID', description: 'take an applied change back' },
        {
          name: 'dismiss',
          value: 'ID',
          description: 'put a finding aside for good, with --reason',
        },
        { name: 'reason', value: 'TEXT', description: 'why it is dismissed' },
        { name: 'long', value: null, description: 'every finding at length, not as a table' },
        { name: 'all', value: null, description: 'applied, reverted and dismissed findings too' },
        {
          name: 'model',
          value: 'NAME',
          description: 'let this language model word the summary; numbers stay ours',
        },
        {
          name: 'check',
          value: null,
          description: 'exit with 5 when something should be done, with 6 without a history',
        },
      ],
      examples: [
        ['heliosdb advise', 'everything that was found'],
        ['heliosdb advise calculate_discount --replay', 'one procedure, with proof'],
        ['heliosdb advise P012-0a1b2c3d --candidate score.rs', 'is the rewrite better?'],
        ['heliosdb advise --apply P003-3bab1310', 'do it'],
        ['heliosdb advise --dismiss P005-0a1b2c3d --reason "the table is archived soon"', 'no'],
        ['heliosdb advise --check --json > advice.json', 'in a build'],
      ],
      load: async () => (await import('./advise.ts')).advise,
    },
    {
      name: 'demo advisor',
      summary: 'a workload over the shop, and what the advisor makes of it',
      usage: '[options]',
      description:
        'Runs a working day on a copy of the shop, reads what was recorded, and replays the advice:\nsome of it is verified, some refuted. Takes a minute or two.',
      options: [{ name: 'json', value: null, description: 'JSON on stdout' }],
      examples: [['heliosdb demo advisor', 'from workload to verdicts']],
      load: async () => (await import('./demo-advisor.ts')).demoAdvisor,
    },
  ];
}
