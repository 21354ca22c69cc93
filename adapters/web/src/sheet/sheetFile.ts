// Text of a file, as spreadsheets save it: UTF-8, UTF-16 with a mark, or the old code page of Western Europe.

/** The text of a file; null if it is a workbook, such as XLSX, and no text. */
export async function readSheetFile(file: Blob): Promise<string | null> {
  return decodeSheet(new Uint8Array(await file.arrayBuffer()))
}

export function decodeSheet(bytes: Uint8Array): string | null {
  const startsWith = (...start: number[]) => start.every((byte, i) => bytes[i] === byte)
  if (startsWith(0x50, 0x4b, 0x03, 0x04) || startsWith(0xd0, 0xcf, 0x11, 0xe0)) return null
  if (startsWith(0xff, 0xfe)) return new TextDecoder('utf-16le').decode(bytes)
  if (startsWith(0xfe, 0xff)) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
