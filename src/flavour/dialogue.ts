/**
 * What is shown and asked while a project is changed. On a terminal the files are listed and one question is asked, unless `--yes` was given;
 * where nobody can be asked it goes ahead. Commands that an addon brings are another matter: they run when `--allow-run` was given, or when
 * somebody at a terminal has read them and said yes.
 */
import type {RunStep} from '@flavor/contract'
import type {Change} from '../changes/content.ts'
import {confirm} from '../confirmation.ts'
import {note} from '../terminal.ts'
import {count, printable} from '../text.ts'
import type {ChangeDialogue, ChangeOutcome} from './change.ts'

export interface DialogueFlags {
  readonly allowRun: boolean
  readonly json: boolean
  readonly yes: boolean
}

export function changeDialogue({allowRun, json, yes}: DialogueFlags, signal: AbortSignal): ChangeDialogue {
  const canAsk = !json && process.stdin.isTTY && process.stderr.isTTY
  return {
    allows: async (addon, step) => {
      note(printable(`${addon} brings a command: ${commandText(step)}`))
      return allowRun || (canAsk && (await confirm(`run it?`, json, signal)))
    },
    approves: async ({changes}: ChangeOutcome) => {
      process.stderr.write(`${changes.map((change) => `  ${changeLine(change)}\n`).join('')}`)
      return yes || !canAsk || (await confirm(`change ${count(changes.length, 'file')}?`, json, signal))
    },
  }
}

/** As one could type it. */
function commandText({command}: RunStep): string {
  return command.map((word) => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

export function kindOf({after, before}: Change): 'changed' | 'created' | 'removed' {
  return before === undefined ? 'created' : after === undefined ? 'removed' : 'changed'
}

function changeLine(change: Change): string {
  return `${kindOf(change)}  ${printable(change.path)}`
}
