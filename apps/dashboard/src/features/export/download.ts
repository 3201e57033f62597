/** Where an export goes: a file of the person's choice, or the browser's downloads. */
export interface Sink {
  write(part: Uint8Array<ArrayBuffer>): Promise<void>
  /** Keeps what was written. */
  keep(): Promise<void>
  /** Leaves nothing behind. */
  drop(): Promise<void>
}

export interface FileKind {
  name: string
  mediaType: string
  extension: `.${string}`
}

/** Not in every browser, and not yet in the types of the platform. */
interface FilePicker {
  showSaveFilePicker?: (options: {
    suggestedName: string
    types: { accept: Record<string, string[]> }[]
  }) => Promise<FileSystemFileHandle>
}

/**
 * Asks where to save. The browser may write to the disk as it arrives; where it cannot, all is kept in memory until it is whole.
 * @returns undefined when the person would rather not
 */
export async function openSink({ name, mediaType, extension }: FileKind): Promise<Sink | undefined> {
  const { showSaveFilePicker } = window as FilePicker
  if (!showSaveFilePicker) return memorySink(name, mediaType)
  try {
    const handle = await showSaveFilePicker.call(window, {
      suggestedName: name,
      types: [{ accept: { [mediaType]: [extension] } }],
    })
    const file = await handle.createWritable()
    return { write: (part) => file.write(part), keep: () => file.close(), drop: () => file.abort() }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}

function memorySink(name: string, mediaType: string): Sink {
  let parts: Uint8Array<ArrayBuffer>[] = []
  const drop = async () => {
    parts = []
  }
  return {
    write: async (part) => {
      parts.push(part)
    },
    keep: async () => {
      const address = URL.createObjectURL(new Blob(parts, { type: mediaType }))
      const link = document.createElement('a')
      link.href = address
      link.download = name
      link.click()
      // The browser has the address once the click has been dealt with.
      setTimeout(() => URL.revokeObjectURL(address))
      await drop()
    },
    drop,
  }
}
