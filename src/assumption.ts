/** What was assumed of a project without a manifest, said on stderr: everything here can be said otherwise in a manifest. */
import {projectKinds, type Starter} from './project/starter.ts'
import {note} from './terminal.ts'

export function tellAssumed({assumed, because, others, sign}: Starter): void {
  const choice = others.length === 0 ? '' : `, ${because}; not ${others.join(' or ')}`
  note(`there is no manifest, so ${sign} says what to pack${choice}`)
  for (const line of assumed) process.stderr.write(`  ${line}\n`)
  note(`to change that: flavor init${others.length === 0 ? '' : `, or flavor init --kind ${projectKinds.join('|')} to choose otherwise`}`)
}
