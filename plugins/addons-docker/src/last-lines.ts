/** The end of what a program prints, however much that is. */

const kept = 8192
const longest = 300

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
const colour = /\u001b\[[\d;]*[A-Za-z]/g

export interface LastLines {
  add(text: string): void
  lines(): readonly string[]
}

export function lastLines(count = 20): LastLines {
  let tail = ''
  let cut = false
  return {
    add(text) {
      cut ||= tail.length + text.length > kept
      tail = (tail + text).slice(-kept)
    },
    lines() {
      const lines = tail.replaceAll('\r', '').replaceAll(colour, '').split('\n').map(shortened)
      // What is left of a line whose beginning is gone says little, unless there is nothing else.
      const whole = cut && lines.filter((line) => line !== '').length > 1 ? lines.slice(1) : lines
      return whole.filter((line) => line.trim() !== '').slice(-count)
    },
  }
}

function shortened(line: string): string {
  return line.length > longest ? `${line.slice(0, longest)} …` : line
}
