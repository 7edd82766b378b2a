/**
 * Which of several commands a start is for (SPEC.md, 17): the one that its arguments name, or the caller's FLAVOR_COMMAND, or
 * the name by which the package was started. Where a package knows one command alone, nothing of this means anything.
 */
import {PackageError} from '../../../src/format/errors.ts'
import type {NamedCommand} from '../../../src/format/metadata.ts'
import type {Launch} from './checked.ts'

const defaultCommand = 'default'
const flag = '--flavor-command'

/** Takes what names the command out of the arguments. Throws EFLAVOR_COMMAND. */
export function chooseCommand(opened: Launch): Launch {
  const {commands} = opened.opened.metadata
  if (commands === undefined) return opened
  const {args, name: asked = opened.env.FLAVOR_COMMAND || undefined} = takeAsked(opened.args)
  const find = (name: string) => commands.find((one) => one.name === name)
  const chosen = find(asked ?? startedAs(opened))
  if (!chosen && asked !== undefined && asked !== defaultCommand) throw unknown(opened, commands, asked)
  opened.log?.tell('command', {name: chosen?.name ?? defaultCommand})
  return {...opened, args, command: chosen ?? find(defaultCommand)}
}

/** Arguments that choose one after the other, the one called default first. */
export function allCommands({opened: {metadata}}: Launch): readonly (readonly string[])[] {
  const names = metadata.commands?.map(({name}) => name) ?? []
  return names.length === 0 ? [] : [...new Set([defaultCommand, ...names])].map((name) => [flag, name])
}

interface Asked {
  readonly args: readonly string[]
  readonly name?: string
}

function takeAsked(args: readonly string[]): Asked {
  const [first = ''] = args
  if (first === flag) return {args: args.slice(2), name: args[1] ?? ''}
  return first.startsWith(`${flag}=`) ? {args: args.slice(1), name: first.slice(flag.length + 1)} : {args}
}

function startedAs({path}: Launch): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function unknown({path}: Launch, commands: readonly NamedCommand[], name: string): PackageError {
  const others = commands.map((one) => one.name).filter((one) => one !== defaultCommand)
  const known = [defaultCommand, ...others].join(', ')
  const hint = `${path} ${flag} ${defaultCommand}`
  return new PackageError('EFLAVOR_COMMAND', `the package has no command ${JSON.stringify(name)}; it has ${known}`, {hint})
}
