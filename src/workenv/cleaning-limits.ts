/** What `launcher.conf` says of cleaning: `cache_budget = 4G`, `cache_idle_days = 1` (SPEC.md, 15). */
export interface CleaningLimits {
  /** Bytes that work environments may take. */
  readonly budget: number
  /** Milliseconds for which nobody must have started one before it goes. */
  readonly idle: number
}

const day = 24 * 3_600_000

/** Of several lines the last counts; one that says nothing sensible is as good as none. */
export function cleaningLimits(settings: readonly {readonly key: string; readonly value: string}[]): CleaningLimits {
  const said = Object.fromEntries(settings.map(({key, value}) => [key, value]))
  return {budget: bytes(said.cache_budget) ?? 4e9, idle: Number(said.cache_idle_days ?? 1) * day || day}
}

/** `500M`, `4G`, `123`. */
function bytes(text: string | undefined): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)B?$/i.exec(text ?? '') ?? []
  return number === undefined ? undefined : Number(number) * 1000 ** ' KMGT'.indexOf(unit.toUpperCase() || ' ')
}
