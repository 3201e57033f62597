import type { RecycleBinReport } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { yellow, type Screen } from '../screen.ts'
import { openTable } from '../table.ts'

type Due = RecycleBinReport['kept']

export const reportDeletedUsers = defineCommand({
  name: ['deleted-users', 'report'],
  summary: 'Say how many deleted users are kept until when, and how many are to be deleted',
  takes: '',
  options: {},
  more: [
    'Days and months are in UTC; what is overdue is told of today. In a pipe: a line for each number, what it is of, then which, then how many.',
    '--json prints one document, as GET /api/deleted-users/report answers it.',
  ],
  async run({ options, api, screen }) {
    const report: RecycleBinReport = await api.get('deleted-users/report')
    if (options.json) return screen.json(report)
    await (screen.isTerminal ? tellPerson(screen, report) : tellProgram(screen, report))
  },
})

const formatted = (users: number) => `${users.toLocaleString('en')} ${users === 1 ? 'user' : 'users'}`
const someDays = ({ days }: Due) => days.filter(({ users }) => users > 0)

async function tellPerson(screen: Screen, report: RecycleBinReport): Promise<void> {
  const { kept, scheduled, keptForDays, deleteAfterDays, months, actors, otherActors } = report
  await screen.say(`${formatted(kept.users)} deleted and kept${keptForDays === null ? '; nobody else will be, since the recycle bin has no key' : `, for ${keptForDays} days each`}`) // prettier-ignore
  await tellDue(screen, kept, { coming: 'destroyed', day: 'copies destroyed on', problem: 'cannot be restored' })
  await screen.say(`${formatted(scheduled.users)} to be deleted, ${deleteAfterDays} days after that was scheduled`)
  await tellDue(screen, scheduled, { coming: 'deleted', day: 'deleted on', problem: 'could not be deleted' })
  const rows = [
    ...months.map(({ month, users }) => ['deleted in', month, String(users)]),
    ...actors.map(({ actorId, actorName, users }) => ['deleted by', actorName ?? actorId, String(users)]),
    ...(otherActors > 0 ? [['deleted by', 'others', String(otherActors)]] : []),
  ]
  if (rows.length > 0) await openTable(screen, ['who is kept', '', 'users']).rows(rows)
}

async function tellDue(
  screen: Screen,
  due: Due,
  words: { coming: string; day: string; problem: string },
): Promise<void> {
  if (due.users === 0) return
  await screen.say(`  ${due.within7Days.toLocaleString('en')} ${words.coming} within 7 days, ${due.within30Days.toLocaleString('en')} within 30`) // prettier-ignore
  if (due.problems > 0)
    await screen.say('  ', yellow(`${due.problems.toLocaleString('en')} ${words.problem}: rollcall deleted-users list --problems tells why`)) // prettier-ignore
  await openTable(screen, [words.day, 'users']).rows(someDays(due).map(({ day, users }) => [day, String(users)]))
}

/** Every number with its name in the API. */
async function tellProgram(screen: Screen, report: RecycleBinReport): Promise<void> {
  const dues: [what: string, due: Due][] = [
    ['kept', report.kept],
    ['scheduled', report.scheduled],
  ]
  for (const [what, due] of dues) {
    const { users, problems, within7Days, within30Days } = due
    for (const [which, number] of Object.entries({ users, problems, within7Days, within30Days }))
      await screen.row([what, which, String(number)])
    for (const { day, users: onDay } of someDays(due)) await screen.row([`${what}-until`, day, String(onDay)])
  }
  for (const { month, users } of report.months) await screen.row(['deleted-in', month, String(users)])
  for (const { actorId, users } of report.actors) await screen.row(['deleted-by', actorId, String(users)])
  await screen.row(['deleted-by', 'others', String(report.otherActors)])
}
