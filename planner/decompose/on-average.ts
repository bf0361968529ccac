const PATTERN =
  /^(?:on average,?\s+)?how many (?<things>.+?) (?:are there )?(?:per|for each|does each|do each|does an?) (?<group>[^,]+?)(?: (?:have|has|make|makes|place|places|get|gets))?(?<end>,? on average)?\s*\??$/iu;

const TYPICAL =
  /^how many (?<things>.+?) (?:does|do|has|have) (?:the|an) (?:average|typical) (?<group>[^,]+?)(?: (?:have|has|had|make|place|get|contain|hold|include))?\s*\??$/iu;

/** "How many goals per match on average": the request for that average; null for anything else. */
export function readOnAverage(text: string): string | null {
  const typical = TYPICAL.exec(text.trim())?.groups;
  if (typical !== undefined) return `average number of ${typical.things} per ${typical.group}`;
  const { things, group, end } = PATTERN.exec(text.trim())?.groups ?? {};
  if (things === undefined || group === undefined) return null;
  if (end === undefined && !/^on average/i.test(text.trim())) return null;
  return `average number of ${things} per ${group}`;
}
