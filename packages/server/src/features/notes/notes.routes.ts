import { NoteContent, TagsChange, UserId } from '@rollcall/contracts/admin-api'
import { parse, Unavailable } from '@rollcall/http-kit'
import type { TenantClient } from '@rollcall/tenant-client'
import { json, Router, type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import { actorOf, allow } from '../../access/actor.ts'
import { only } from '../../access/only.ts'
import { fromOf } from '../../actions/actions.routes.ts'
import type { Store } from '../../store/open-store.ts'
import { addNote, editNote, listNotes, removeNote } from './change-notes.ts'
import type { RemarksCall, RemarksDeps } from './change-remarks.ts'
import { changeTags, listAllTags, listTags } from './change-tags.ts'

export interface NotesRoutesDeps {
  guard: RequestHandler
  tenant: TenantClient
  /** Absent: nothing is kept here. */
  store: Store | undefined
}

/** What staff say of users: Rollcall's own, whatever the tenant is. */
export function notesRoutes({ guard, tenant, store }: NotesRoutesDeps): Router {
  const router = Router()
  const body = json({ limit: '100kb' })
  const deps = (): RemarksDeps => {
    if (store) return { db: store.db, tenant }
    throw new Unavailable('store-needed', 'Rollcall has no database here, so it keeps no notes and no tags.')
  }

  router
    .route('/users/:userId/notes')
    .all(only('GET', 'POST'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await listNotes(deps(), userIdOf(req)))
    })
    .post(body, async (req, res) => {
      const call = callOf(req)
      res.status(201).json(await addNote(deps(), call, parse(NoteContent, req.body, 'body')))
    })

  router
    .route('/users/:userId/notes/:noteId')
    .all(only('PUT', 'DELETE'), guard)
    .put(body, async (req, res) => {
      const call = callOf(req)
      res.json(await editNote(deps(), call, { noteId: noteIdOf(req), ...parse(NoteContent, req.body, 'body') }))
    })
    .delete(async (req, res) => {
      await removeNote(deps(), callOf(req), noteIdOf(req))
      res.status(204).end()
    })

  router
    .route('/users/:userId/tags')
    .all(only('GET', 'PUT'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await listTags(deps(), userIdOf(req)))
    })
    .put(body, async (req, res) => {
      const call = callOf(req)
      res.json(await changeTags(deps(), call, parse(TagsChange, req.body, 'body')))
    })

  router
    .route('/tags')
    .all(only('GET'), guard)
    .get(async (req, res) => {
      allow(actorOf(req), 'read:users')
      res.json(await listAllTags(deps()))
    })

  return router
}

/** Whoever writes of somebody sees what was written: it takes both rights. */
function callOf(req: Request): RemarksCall {
  allow(actorOf(req), 'read:users')
  return { actor: allow(actorOf(req), 'update:users'), userId: userIdOf(req), from: fromOf(req) }
}

const userIdOf = (req: Request) => parse(UserId, req.params.userId, 'path.userId')
const noteIdOf = (req: Request) => parse(z.uuid(), req.params.noteId, 'path.noteId')
