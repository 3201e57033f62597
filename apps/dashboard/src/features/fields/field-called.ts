import { findUserField } from '@rollcall/contracts/user-filter'
import type { UserField } from '@rollcall/contracts/user-filter'
import { ownPaths } from './own-fields.ts'

/** A field of the filter language by any of its names, the team's own among them; apart from the fields, which the list of users needs and this not. */
export const fieldCalled = (name: string): UserField | undefined => findUserField(name, ownPaths.value)
