// A part of a language's texts; see textParts.ts.
declare module '*.json?texts=first' {
  const texts: Record<string, Record<string, string>>
  export default texts
}
declare module '*.json?texts=rest' {
  const texts: Record<string, Record<string, string>>
  export default texts
}
