/** How numbers and names look to people, the same in every command. */

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** 1536 → `1.5 kB`; powers of 1000, as disks and downloads are sold. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const value = bytes / 1000 ** power
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}

/** What a package says of itself, fit for a terminal: nothing in it moves the cursor or changes a colour. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** The same of a text of several lines. */
export function printableText(text: string): string {
  return text.replaceAll(/[^\n\t]+/g, printable)
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
