/** Prints a record of comma separated values (RFC 4180). NULL is an empty field, '' a quoted one. */
export function printCsvRecord(values: readonly (string | null)[]): string {
  return `${values.map(printField).join(',')}\r\n`;
}

function printField(value: string | null): string {
  if (value === null) return '';
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
