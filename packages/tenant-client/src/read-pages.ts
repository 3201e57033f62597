const pageSize = 100

/** Every item of a list that is read by page number, until a page is not full. */
export async function readPages<Item>(
  readPage: (paging: { page: number; per_page: number; include_totals: true }) => Promise<Item[]>,
): Promise<Item[]> {
  const all: Item[] = []
  for (let page = 0; ; page += 1) {
    const items = await readPage({ page, per_page: pageSize, include_totals: true })
    all.push(...items)
    if (items.length < pageSize) return all
  }
}

/** The pages of a list that is read on from where the last one ended. One may be empty, also the last. */
export async function* readOn<Item>(
  readPage: (paging: { from?: string; take: number }) => Promise<{ items: Item[]; next?: string | null | undefined }>,
): AsyncGenerator<Item[]> {
  let from: string | undefined
  do {
    const { items, next } = await readPage({ ...(from !== undefined && { from }), take: pageSize })
    yield items
    from = next ?? undefined
  } while (from !== undefined)
}
