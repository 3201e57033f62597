/**
 * The data of each server-sent event of an answer, as it arrives (HTML Living Standard §9.2.6). Names, ids and the server's wishes about
 * connecting again are passed over: our events say in their data what they are.
 * @param onSign called with each sign of life, comments too
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onSign: () => void = () => undefined,
): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      onSign()
      rest += decoder.decode(part.value, { stream: true })
      const events = rest.split(/\r?\n\r?\n/)
      rest = events.pop() ?? ''
      for (const event of events) {
        const data = event.split(/\r?\n/).flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? [])
        if (data.length > 0) yield data.join('\n')
      }
    }
  } finally {
    await reader.cancel()
  }
}
