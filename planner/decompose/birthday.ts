import { MONTHS } from '../parse/dates.ts';

const MONTHLY = /\b(birthdays?) (?:in |during )?(this|next|last) month\b/giu;

/** "A birthday this month" is one in June, of whatever year. */
export function spellOutBirthdays(request: string, now: string): string {
  return request.replace(MONTHLY, (_, birthday: string, which: string) => {
    const step = { this: 0, next: 1, last: 11 }[which.toLowerCase()] ?? 0;
    const month = MONTHS[(Number(now.slice(5, 7)) - 1 + step) % 12] ?? '';
    return `${birthday} in ${month}`;
  });
}
