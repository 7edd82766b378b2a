/** Changes as text, which `git apply` and `patch` understand: modes, links and deletions are told in git's words. What is no text is named. */
import {createTwoFilesPatch, FILE_HEADERS_ONLY} from 'diff'
import type {Change, Content} from './content.ts'

/** Above this many bytes a file is told by its size. */
const longest = 1 << 20
const nothing = '/dev/null'

/** Ends with a line feed, or is empty. */
export async function unifiedDiff(changes: readonly Change[]): Promise<string> {
  const parts: string[] = []
  for (const change of changes) parts.push(await changeText(change))
  return parts.join('')
}

async function changeText(change: Change): Promise<string> {
  const {after, before, path} = change
  // What becomes something else is removed and made, as git has it.
  if (before !== undefined && after !== undefined && before.kind !== after.kind)
    return (await changeText({...change, after: undefined})) + (await changeText({...change, before: undefined}))
  const [head, body] = [headLines(change), await bodyText(change)]
  if (head.length === 0 && body === '') return ''
  // Git knows no directories, and passes over such a line.
  if (before?.kind === 'directory' || after?.kind === 'directory') return head.map((line) => `${line}: ${path}\n`).join('')
  return `${[`diff --git a/${path} b/${path}`, ...head].join('\n')}\n${body}`
}

function headLines({after, before}: Change): readonly string[] {
  if (before === undefined && after !== undefined) return [`new ${nounOf(after)} mode ${modeOf(after)}`]
  if (before !== undefined && after === undefined) return [`deleted ${nounOf(before)} mode ${modeOf(before)}`]
  if (before === undefined || after === undefined || modeOf(before) === modeOf(after)) return []
  return [`old mode ${modeOf(before)}`, `new mode ${modeOf(after)}`]
}

function nounOf({kind}: Content): string {
  return kind === 'directory' ? 'directory' : 'file'
}

const kinds = {directory: '040', file: '100', link: '120'} as const

function modeOf(content: Content): string {
  return kinds[content.kind] + (content.kind === 'link' ? 0 : content.mode).toString(8).padStart(3, '0')
}

async function bodyText({after, before, path}: Change): Promise<string> {
  const [old, now] = [await textOf(before), await textOf(after)]
  if (old === undefined || now === undefined)
    return sameBytes(before, after) ? '' : `Binary files differ: ${sizeOf(before)} → ${sizeOf(after)}\n`
  if (old === now) return ''
  const names = [before === undefined ? nothing : `a/${path}`, after === undefined ? nothing : `b/${path}`] as const
  return createTwoFilesPatch(...names, old, now, undefined, undefined, {headerOptions: FILE_HEADERS_ONLY})
}

/** Undefined for what is no text. */
async function textOf(content: Content | undefined): Promise<string | undefined> {
  if (content === undefined || content.kind === 'directory') return ''
  if (content.kind === 'link') return content.target
  if (content.size > longest) return undefined
  const bytes = Buffer.from(await content.read())
  const text = bytes.toString()
  return text.includes('\0') || Buffer.compare(Buffer.from(text), bytes) !== 0 ? undefined : text
}

function sameBytes(a: Content | undefined, b: Content | undefined): boolean {
  return a?.kind === 'file' && b?.kind === 'file' && a.digest === b.digest
}

function sizeOf(content: Content | undefined): string {
  return content?.kind === 'file' ? `${content.size} bytes` : 'nothing'
}
