// The lines of a file that are shown. A file of 50 MB is read in pieces, and only the lines that are asked for are kept.

/** The beginning of a file, for a preview and its header. */
export const beginningOf = (file: Blob, bytes = 64 << 10): Promise<string> => file.slice(0, bytes).text()

/** The lines with these numbers, from 1, each cut after so many characters. */
export async function linesOf(
  file: Blob,
  numbers: number[],
  maxLength = 200,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  const last = Math.max(0, ...numbers)
  const wanted = new Set(numbers)
  const decoder = new TextDecoder()
  const reader = file.stream().getReader()
  let rest = ''
  let line = 1
  const take = (text: string) => {
    if (wanted.has(line)) found.set(line, text.replace(/\r$/, '').slice(0, maxLength))
    line++
  }
  while (line <= last) {
    const { value, done } = await reader.read()
    const pieces = (rest + decoder.decode(value, { stream: !done })).split('\n')
    rest = pieces.pop() ?? ''
    pieces.forEach(take)
    if (done) {
      take(rest)
      break
    }
  }
  void reader.cancel()
  return found
}
