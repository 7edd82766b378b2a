/**
 * The environment variable of a field that names none: `django-divio` and `languages` give `DJANGO_DIVIO_LANGUAGES`. Letters lose their
 * accents, and whatever is neither letter nor digit separates words. Empty when nothing is left.
 */
export function variableOf(owner: string, field: string): string {
  const letters = `${owner}_${field}`.normalize('NFKD').replaceAll(/\p{M}/gu, '')
  return letters
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .toUpperCase()
}
