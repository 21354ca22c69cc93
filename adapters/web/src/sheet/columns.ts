// Which column of a sheet has what, by its heading.

/** A word without accents, case, punctuation and units, so that `Área (m²)` is `area`. */
export function plainWord(text: string): string {
  return text
    .replace(/\(.*?\)|\[.*?\]/g, ' ')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}²³%]+/gu, ' ')
    .trim()
}

/** For each field, the number of the first column whose heading is one of its names; -1 if there is none. */
export function columnsOf<Field extends string>(
  header: string[],
  names: Record<Field, readonly string[]>,
): Record<Field, number> {
  const headings = header.map(plainWord)
  const columnOf = (of: readonly string[]) => headings.findIndex((heading) => of.includes(heading))
  return Object.fromEntries(
    Object.entries<readonly string[]>(names).map(([field, of]) => [field, columnOf(of)]),
  ) as Record<Field, number>
}
