/** Columns for people: as wide as their widest cell, two spaces between them, no lines, nothing behind the last. */
import {stripVTControlCharacters} from 'node:util'

/** Rows of cells; the first row is the head. Cells may be coloured. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  const pad = (cell: string, column: number): string => cell + ' '.repeat((widths[column] ?? 0) - width(cell))
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

const width = (cell: string): number => [...stripVTControlCharacters(cell)].length
