/** Where something stands inside a manifest: `['slots', 0, 'purpose']`, written `slots[0].purpose` for people. */
export type Place = readonly (number | string)[]

export function placeText(place: Place): string {
  return place.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!/^[\w$-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}
