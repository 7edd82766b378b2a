/** What `launcher.conf` says of cleaning: `cache_budget = 4G`, `cache_idle_days = 1` (SPEC.md, 15). */
export interface CleaningLimits {
  /** Bytes that work environments may take. */
  readonly budget: number
  /** Milliseconds for which nobody must have started one before it goes. */
  readonly idle: number
}

const day = 24 * 3_600_000

/** Of several lines the last counts; one whose value is none is not there. */
export function cleaningLimits(settings: readonly {readonly key: string; readonly value: string}[]): CleaningLimits {
  const last = (key: string, read: (value: string) => number | undefined): number | undefined =>
    settings.flatMap((one) => (one.key === key ? (read(one.value) ?? []) : [])).at(-1)
  return {budget: last('cache_budget', bytes) ?? 4e9, idle: (last('cache_idle_days', days) ?? 1) * day}
}

/** `500M`, `4G`, `123`. */
function bytes(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]?)B?$/i.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * 1000 ** ' KMGT'.indexOf(unit.toUpperCase() || ' ')
}

/** `1`, `0.5`, `0`. */
function days(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}
