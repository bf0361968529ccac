/** Statements that fill `customers`. */

import { COUNTRIES } from './places.ts';
import { choose, draw, skewedIndex, text, textList } from './random.ts';

export const CUSTOMER_COUNT = 21_000;
/** The customer of the documentation's examples; always platinum. */
export const WELL_KNOWN_CUSTOMER = 12_345;

export function peopleStatements(asOf: string): string[] {
  const cities = new Offsets();
  const firstNames = new Offsets();
  const lastNames = new Offsets();
  let from = 0;
  const countries = COUNTRIES.map((country) => {
    const upTo = from + country.share;
    const places = [
      cities.add(country.cities),
      firstNames.add(country.firstNames),
      lastNames.add(country.lastNames),
    ];
    const row = `(${text(country.name)}, ${from / 1000}, ${upTo / 1000}, ${text(country.dialling)}, ${places.join(', ')})`;
    from = upTo;
    return row;
  });
  // Signing up grew over the years; nobody gets platinum within the first year.
  return [
    `CREATE TEMP TABLE country_shares AS
     FROM (VALUES ${countries.join(',\n')}) AS t(country, share_from, share_to, dialling, city_at, city_count, first_at, first_count, last_at, last_count)`,
    `INSERT INTO customers
     WITH signups AS (
       SELECT n, DATE ${text(asOf.slice(0, 10))} - floor(2700 * u * sqrt(sqrt(u)))::INTEGER AS signup_date
       FROM (SELECT range AS n, ${draw('signup', 'range')} AS u FROM range(${CUSTOMER_COUNT}))
     ),
     numbered AS (
       SELECT row_number() OVER (ORDER BY signup_date, n) AS id, signup_date,
              DATE ${text(asOf.slice(0, 10))} - signup_date AS tenure_days
       FROM signups
     ),
     placed AS (
       SELECT p.id, p.signup_date, p.tenure_days, c.country, c.dialling, ${draw('tier', 'p.id')} AS tier_draw,
              ${textList(cities.values)}[1 + c.city_at + ${skewedIndex('c.city_count', 'city', 'p.id')}] AS city,
              ${textList(firstNames.values)}[1 + c.first_at + ${skewedIndex('c.first_count', 'first name', 'p.id')}] AS first_name,
              ${textList(lastNames.values)}[1 + c.last_at + ${skewedIndex('c.last_count', 'last name', 'p.id')}] AS last_name
       FROM (SELECT *, ${draw('country', 'id')} AS country_draw FROM numbered) p
       JOIN country_shares c ON p.country_draw >= c.share_from AND p.country_draw < c.share_to
     ),
     addressed AS (
       SELECT *, regexp_replace(replace(replace(replace(replace(
                   strip_accents(lower(first_name) || '.' || lower(last_name)),
                   'ß', 'ss'), 'ø', 'o'), 'ł', 'l'), 'æ', 'ae'), '[^a-z.]', '', 'g') AS mailbox
       FROM placed
     )
     SELECT id, first_name || ' ' || last_name AS name,
            mailbox || CASE row_number() OVER same_mailbox WHEN 1 THEN '' ELSE (row_number() OVER same_mailbox)::VARCHAR END
              || '@example.' || ${choose(draw('mail domain', 'id'), [
                ["'com'", 0.6],
                ["'net'", 0.85],
                ["'org'", 1],
              ])} AS email,
            CASE WHEN ${draw('has phone', 'id')} < 0.88
              THEN dialling || ' 555 ' || lpad(floor(${draw('phone', 'id')} * 10000000)::INTEGER::VARCHAR, 7, '0') END AS phone,
            country, city,
            CASE WHEN id = ${WELL_KNOWN_CUSTOMER} OR (tier_draw < 0.056 AND tenure_days > 365) THEN 'platinum'
                 WHEN tier_draw < 0.19 AND tenure_days > 120 THEN 'gold'
                 WHEN tier_draw < 0.46 THEN 'silver' ELSE 'bronze' END AS loyalty_tier,
            signup_date, ${draw('consent', 'id')} < 0.62 AS marketing_consent
     FROM addressed
     WINDOW same_mailbox AS (PARTITION BY mailbox ORDER BY id)
     ORDER BY id`,
  ];
}

/** Many lists laid end to end, so that SQL carries one constant list instead of a list per row. */
class Offsets {
  readonly values: string[] = [];

  /** Appends a list and returns SQL for its offset and length. */
  add(values: readonly string[]): string {
    const offset = this.values.length;
    this.values.push(...values);
    return `${offset}, ${values.length}`;
  }
}
