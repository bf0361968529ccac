/** Lets a language model word the advisor's findings. */
import type { AdviceModel } from '#advisor';
import type { LanguageModel } from '../model/port.ts';

const INSTRUCTION =
  'You word advice about database procedures for their authors. Say in at most four sentences what ' +
  'to do first and what was measured. Use only what is given, and copy every number exactly.';

/** What the advisor asks of a model, answered by the model that plans questions. */
export function createAdviceModel(model: LanguageModel, signal: AbortSignal): AdviceModel {
  return {
    async word(facts) {
      const reply = await model.reply({
        messages: [
          { role: 'system', content: INSTRUCTION },
          { role: 'user', content: facts },
        ],
        format: {
          name: 'advice',
          description: 'The advice in words',
          schema: {
            type: 'object',
            properties: { text: { type: 'string' } },
            required: ['text'],
            additionalProperties: false,
          },
        },
        signal,
        sample: 0,
      });
      const { value } = reply;
      const isWorded = typeof value === 'object' && value !== null && 'text' in value;
      return isWorded && typeof value.text === 'string' ? value.text : '';
    },
  };
}
