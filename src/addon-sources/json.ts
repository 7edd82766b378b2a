/** JSON that somebody else has written: read with care, and asked for one key at a time. */

export type JsonObject = Readonly<Record<string, unknown>>

/** Undefined for what is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes))
  } catch {
    return undefined
  }
}

/** Undefined for what is no object. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

export function textAt(object: JsonObject | undefined, key: string): string | undefined {
  const value = object?.[key]
  return typeof value === 'string' ? value : undefined
}

/** Undefined when it is no list of texts; one that is not there is empty. */
export function textsAt(object: JsonObject, key: string): readonly string[] | undefined {
  const {[key]: value = []} = object
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
}
