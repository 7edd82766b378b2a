import type {Problem, SlotDeclaration} from '@flavor/contract'

/** One problem for each option that is none of these. */
export function unknownOptions(slot: SlotDeclaration, known: readonly string[]): readonly Problem[] {
  return Object.keys(slot.options)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      hint:
        known.length === 0
          ? `remove \`${key}\`: it knows no options`
          : `correct the spelling of \`${key}\`, or remove it; it knows ${known.join(' and ')}`,
      message: `\`${key}\` means nothing here`,
    }))
}
