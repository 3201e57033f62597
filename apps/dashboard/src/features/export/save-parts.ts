import { openSink, type FileKind } from './download.ts'

/**
 * Saves a file part after part as they come; of one that breaks off nothing is left.
 * @returns whether it was saved, rather than thought better of
 */
export async function saveParts(file: FileKind, parts: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<boolean> {
  const sink = await openSink(file)
  if (!sink) return false
  try {
    for await (const part of parts) await sink.write(part)
    await sink.keep()
    return true
  } catch (error) {
    await sink.drop()
    throw error
  }
}
