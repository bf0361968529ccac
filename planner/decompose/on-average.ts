const PATTERN =
  /^(?:on average,?\s+)?how many (?<things>.+?) (?:are there )?(?:per|for each|does each|do each|does an?) (?<group>[^,]+?)(?: (?:have|has|make|makes|place|places|get|gets))?(?<end>,? on average)?\s*\??$/iu;

const TYPICAL =
  /^how many (?<things>.+?) (?:does|do|has|have) (?:the|an) (?:average|typical) (?<group>[^,]+?)(?: (?:have|has|had|make|place|get|contain|hold|include))?\s*\??$/iu;

const MEASURED =
  /^(?:(?<first>on average),?\s+)?how (?<adjective>old|long) (?:is|are|was|were|do|does|did) (?:(?:the|an|our|a) (?<typical>average|typical) )?(?<who>[^,]+?)(?<end>,? on average)?(?<groups> (?:per|by|in each|for each) [^,]+?)?\s*[?.!]*$/iu;
/** What goes on for some time; its noun says the same. */
const GOES_ON = / (?:take|stay|last|remain|run|go on|stay in|be out)$/iu;

/** "How old is the average patient", "how long do deliveries take on average"; null for others. */
function readAverageTime(text: string): string | null {
  const { first, adjective, typical, who = '', end, groups } = MEASURED.exec(text)?.groups ?? {};
  if ((first ?? typical ?? end) === undefined || adjective === undefined) return null;
  const isAge = adjective.toLowerCase() === 'old';
  const noun = isAge ? who : who.replace(GOES_ON, '');
  return `average ${isAge ? 'age' : 'duration'} of ${noun}${groups ?? ''}`;
}

/** "How many goals per match on average": the request for that average; null for anything else. */
export function readOnAverage(text: string): string | null {
  const time = readAverageTime(text.trim());
  if (time !== null) return time;
  const typical = TYPICAL.exec(text.trim())?.groups;
  if (typical !== undefined) return `average number of ${typical.things} per ${typical.group}`;
  const { things, group, end } = PATTERN.exec(text.trim())?.groups ?? {};
  if (things === undefined || group === undefined) return null;
  if (end === undefined && !/^on average/i.test(text.trim())) return null;
  return `average number of ${things} per ${group}`;
}
