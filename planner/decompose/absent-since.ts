const COUNT = '\\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve';
const SPAN = new RegExp(
  `\\b(not|n't|never|no|without|nothing)\\b(.*?)\\s(?:in|for|within|during|since)(?: over| more than| at least)? (${COUNT}) (days?|weeks?|months?|years?)\\b(?! ago| of)`,
  'iu',
);

/** "Have not ordered in 6 months": the last six, which is how what did not happen is said. */
export function spellOutAbsence(request: string): string {
  return request.replace(SPAN, (_, no: string, what: string, count: string, unit: string) => {
    const number = /^(an?|one)$/i.test(count) ? '1' : count;
    const units = /s$/.test(unit) ? unit : `${unit}s`;
    return `${no}${what} in the last ${number} ${units}`;
  });
}
