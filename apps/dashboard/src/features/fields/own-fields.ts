import type { CustomField } from '@rollcall/contracts/admin-api'
import { computed, shallowRef } from 'vue'

/** The fields of metadata that have names of the team's own, as far as whoever is signed in may see them. */
export const ownFields = shallowRef<readonly CustomField[]>([])

const byPath = computed(() => new Map(ownFields.value.map((field) => [field.path, field])))
export const ownFieldAt = (path: string): CustomField | undefined => byPath.value.get(path)

/** As the filter language is told of them. */
export const ownPaths = computed(() => new Map(ownFields.value.map(({ name, path }) => [name, path])))
