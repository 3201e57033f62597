/** What everybody may know of an event. */
export interface EventSummary {
  id: string
  title: string
  category: 'Music' | 'Talk' | 'Workshop' | 'Outdoors' | 'Family' | 'Food'
  /** ISO 8601, UTC. */
  startsAt: string
  place: string
  summary: string
}

/** What signed-in people learn besides. */
export interface EventDetails extends EventSummary {
  address: string
  description: string
}

const dayMs = 86_400_000
const hourMs = 3_600_000

/** @returns the programme of the coming weeks as seen from `now`, soonest first */
export function listEvents(now: Date): EventSummary[] {
  return programme.map((entry) => summarise(entry, now))
}

/** @returns undefined when there is no such event */
export function findEvent(id: string, now: Date): EventDetails | undefined {
  const entry = programme.find((each) => each.id === id)
  return entry && { ...summarise(entry, now), address: entry.address, description: entry.description }
}

function summarise({ id, title, category, place, summary, inDays, atHour }: Entry, now: Date): EventSummary {
  const today = Math.floor(now.getTime() / dayMs) * dayMs
  const startsAt = new Date(today + inDays * dayMs + atHour * hourMs).toISOString()
  return { id, title, category, startsAt, place, summary }
}

interface Entry extends Omit<EventDetails, 'startsAt'> {
  /** From today: the programme of an example never grows old. */
  inDays: number
  /** UTC; fractions are minutes. */
  atHour: number
}

const programme: Entry[] = [
  {
    id: 'lantern-walk',
    title: 'Lantern walk along the quay',
    category: 'Family',
    inDays: 1,
    atHour: 17.5,
    place: 'Old Harbour',
    summary: 'A slow walk by lantern light, with stories about the boats that used to tie up here.',
    address: 'Meeting point: the crane, Quay Street 1',
    description:
      'Bring a lantern or borrow one of ours. The walk is a flat mile and takes an hour; prams are fine. There is hot apple juice at the end.',
  },
  {
    id: 'string-quartet',
    title: 'A string quartet, and no stage',
    category: 'Music',
    inDays: 2,
    atHour: 19,
    place: 'Reading Room',
    summary: 'Four players sit in the middle of the room, and you sit around them. Haydn, then Shostakovich.',
    address: 'Library, first floor, Mill Lane 12',
    description:
      'Sixty seats, no numbers on them. Doors close when the music starts and open again between the two pieces.',
  },
  {
    id: 'repair-cafe',
    title: 'Repair café',
    category: 'Workshop',
    inDays: 4,
    atHour: 9,
    place: 'Tram Depot',
    summary: 'Bring what is broken. Nine volunteers know lamps, zips, bicycles and radios.',
    address: 'Hall B, Depot Road 40',
    description:
      'One object each to begin with, please. Repairs are free, parts are not. Last year seven in ten left mended.',
  },
  {
    id: 'bread-overnight',
    title: 'Bread that rises overnight',
    category: 'Food',
    inDays: 5,
    atHour: 16,
    place: 'Corner Bakery',
    summary: 'Two hours of kneading, shaping and talk. You leave with a dough that bakes itself tomorrow.',
    address: 'Corner Bakery, entrance in the yard, Church Street 3',
    description: 'Twelve places. Aprons are here, jars for the starter as well. Flour contains gluten, all of it.',
  },
  {
    id: 'tides-talk',
    title: 'How the tide is foretold',
    category: 'Talk',
    inDays: 7,
    atHour: 18,
    place: 'Maritime Museum',
    summary: 'From brass machines with forty wheels to a table in your pocket: two centuries of prediction.',
    address: 'Lecture hall, Pier 2',
    description:
      'Dr Ines Carvalho restored one of the last tide machines and brings it along. Forty minutes, then questions.',
  },
  {
    id: 'dawn-birds',
    title: 'Birds at dawn',
    category: 'Outdoors',
    inDays: 9,
    atHour: 5.5,
    place: 'Salt Marsh',
    summary: 'Waders, geese and, with luck, a spoonbill. Binoculars for those who have none.',
    address: 'Car park at the end of Marsh Road',
    description:
      'Boots that may get wet. We walk on boards for two miles and are back before work. Cancelled in a storm only.',
  },
  {
    id: 'choir-for-everyone',
    title: 'A choir for one evening',
    category: 'Music',
    inDays: 11,
    atHour: 18.5,
    place: 'St Anne’s',
    summary: 'Three songs, four parts, no audition. By nine it sounds like something.',
    address: 'St Anne’s, side door, Chapel Hill',
    description:
      'Sheet music is lent at the door. Those who would rather listen may, from eight o’clock, on the gallery.',
  },
  {
    id: 'letterpress',
    title: 'Set your name in lead',
    category: 'Workshop',
    inDays: 13,
    atHour: 13,
    place: 'Print Shop',
    summary: 'Compose a line by hand, ink it, pull the lever. Ten cards are yours.',
    address: 'Print Shop, basement, Printer’s Row 7',
    description: 'Eight places, from twelve years on. The type is a hundred years old and forgives nothing; we help.',
  },
  {
    id: 'night-market',
    title: 'Night market',
    category: 'Food',
    inDays: 15,
    atHour: 17,
    place: 'Fish Hall',
    summary: 'Thirty stalls, one long table, and a brass band that does not know when to stop.',
    address: 'Fish Hall, all doors, Harbour Square',
    description: 'Entry is free. Cash and cards. The table seats two hundred: come early or eat standing.',
  },
  {
    id: 'robots-for-kids',
    title: 'A robot from a cardboard box',
    category: 'Family',
    inDays: 18,
    atHour: 12,
    place: 'Youth Library',
    summary: 'Two motors, a battery and a lot of tape. For eight to twelve, with one grown-up.',
    address: 'Youth Library, Mill Lane 14',
    description: 'Everything is here and everything may be taken home. Fourteen pairs; those who come first build.',
  },
  {
    id: 'city-maps',
    title: 'The town that was never built',
    category: 'Talk',
    inDays: 22,
    atHour: 17.5,
    place: 'City Archive',
    summary: 'A canal to the station, a ring of towers: plans that got as far as the drawer.',
    address: 'Archive, reading hall, Castle Street 21',
    description: 'Archivist Tomasz Wilk opens forty drawers. The drawings lie on the tables; pencils only.',
  },
  {
    id: 'coast-cleanup',
    title: 'Coast clean-up',
    category: 'Outdoors',
    inDays: 26,
    atHour: 8,
    place: 'North Beach',
    summary: 'Three hours, gloves and soup. What we find is counted and reported.',
    address: 'Lifeguard tower 3, North Beach',
    description: 'Gloves and bags are here. Children are welcome with somebody who watches the waves.',
  },
]
