/** A spreadsheet runs a cell that begins like this as a formula (OWASP: CSV injection); an apostrophe makes it text. */
const startsFormula = /^[=+\-@\t\r]/

export const asText = (cell: string, written = cell): string => (startsFormula.test(cell) ? `'${written}` : written)
