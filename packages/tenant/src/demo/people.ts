/** A small generator with a seed (mulberry32): the same number gives the same people on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Culture {
  locale: string
  weight: number
  given: string[]
  family: string[]
  /** The family name first, or no space between the two. */
  join?: (given: string, family: string) => string
  /** How names are written in an address. */
  latin?: { given: string[]; family: string[] }
}

const words = (text: string) => text.split(' ')

/** Names of many scripts and lengths: a list that only ever saw "Jane Doe" breaks on its first real customer. */
const cultures: Culture[] = [
  { locale: 'en-US', weight: 30, given: words('Emma Liam Olivia Noah Ava Ethan Sophia Mason Mia Lucas Grace Henry Chloe Jack Zoe Owen Nora Caleb Ruby Wyatt'), family: words('Smith Johnson Fitzgerald Carter Brooks Hopper Reed Sullivan Whitaker Nguyen Ramirez Lovelace Turner Ellison O’Neill Montgomery') },
  { locale: 'de-DE', weight: 10, given: words('Jürgen Änne Lukas Käthe Sören Mia Björn Annelie Jonas Greta'), family: words('Müller Schröder Weiß Köhler Großmann Bäcker Vogel Schneider Oppenheimer'), latin: { given: words('juergen aenne lukas kaethe soeren mia bjoern annelie jonas greta'), family: words('mueller schroeder weiss koehler grossmann baecker vogel schneider oppenheimer') } },
  { locale: 'fr-FR', weight: 8, given: words('Chloé Léa Théo Élodie François Maëlle Jérôme Noémie Zoé Hugo'), family: words('Lefèvre Dubois Châtelain Moreau D’Artagnan Gérard Beauséjour Roux'), latin: { given: words('chloe lea theo elodie francois maelle jerome noemie zoe hugo'), family: words('lefevre dubois chatelain moreau dartagnan gerard beausejour roux') } },
  { locale: 'es-MX', weight: 8, given: words('José María Íñigo Lucía Ángel Sofía Raúl Begoña Iván Ximena'), family: words('García Núñez Peña Hernández Ibáñez Castañeda Muñoz Álvarez'), latin: { given: words('jose maria inigo lucia angel sofia raul begona ivan ximena'), family: words('garcia nunez pena hernandez ibanez castaneda munoz alvarez') } },
  { locale: 'pl-PL', weight: 6, given: words('Łukasz Zofia Świętosława Michał Agnieszka Paweł Żaneta Jakub'), family: words('Wójcik Kowalska Błaszczykowski Dąbrowska Źrebiec Nowak Szczęsny'), latin: { given: words('lukasz zofia swietoslawa michal agnieszka pawel zaneta jakub'), family: words('wojcik kowalska blaszczykowski dabrowska zrebiec nowak szczesny') } },
  { locale: 'uk-UA', weight: 6, given: words('Олена Тарас Марія Богдан Ярослав Соломія Дмитро Оксана'), family: words('Шевченко Ковальчук Бондаренко Ткаченко Кравець Лисенко'), latin: { given: words('olena taras mariia bohdan yaroslav solomiia dmytro oksana'), family: words('shevchenko kovalchuk bondarenko tkachenko kravets lysenko') } },
  { locale: 'ja-JP', weight: 6, given: words('美咲 翔太 結衣 大輔 さくら 健一 陽菜 蓮'), family: words('佐藤 鈴木 高橋 田中 渡辺 伊藤 小林'), join: (given, family) => `${family} ${given}`, latin: { given: words('misaki shota yui daisuke sakura kenichi hina ren'), family: words('sato suzuki takahashi tanaka watanabe ito kobayashi') } },
  { locale: 'zh-CN', weight: 6, given: words('伟 芳 娜 敏 静 磊 洋 艳'), family: words('王 李 张 刘 陈 杨 欧阳'), join: (given, family) => family + given, latin: { given: words('wei fang na min jing lei yang yan'), family: words('wang li zhang liu chen yang ouyang') } },
  { locale: 'ar-EG', weight: 5, given: words('محمد فاطمة أحمد ليلى يوسف مريم عمر نور'), family: words('حسن إبراهيم عبدالله السيد منصور خليل'), latin: { given: words('mohamed fatima ahmed layla youssef mariam omar nour'), family: words('hassan ibrahim abdallah elsayed mansour khalil') } },
  { locale: 'hi-IN', weight: 5, given: words('आरव दीया विवान अनन्या अर्जुन सान्वी ईशान मीरा'), family: words('शर्मा वर्मा पटेल गुप्ता सिंह नायर'), latin: { given: words('aarav diya vivaan ananya arjun saanvi ishaan meera'), family: words('sharma verma patel gupta singh nair') } },
  { locale: 'pt-BR', weight: 5, given: words('João Conceição Thiago Letícia Inês Caetano Antônia Gonçalo'), family: words('Araújo Magalhães Simões Conceição Guimarães Falcão'), latin: { given: words('joao conceicao thiago leticia ines caetano antonia goncalo'), family: words('araujo magalhaes simoes conceicao guimaraes falcao') } },
  { locale: 'tr-TR', weight: 3, given: words('Ayşe Çağla İbrahim Özgür Gülşen Emre'), family: words('Yılmaz Öztürk Şahin Çelik Güneş'), latin: { given: words('ayse cagla ibrahim ozgur gulsen emre'), family: words('yilmaz ozturk sahin celik gunes') } },
  { locale: 'id-ID', weight: 2, given: words('Sukarno Megawati Suharto Wulandari Bagus Dewi'), family: [''], join: (given) => given },
] // prettier-ignore

export interface Person {
  name: string
  givenName: string
  familyName: string | null
  locale: string
  /** Two lower-case letters. */
  initials: string
  /** The part of an e-mail address before the @, without a number to tell namesakes apart. */
  handle: string
}

const totalWeight = cultures.reduce((sum, { weight }) => sum + weight, 0)

export function makePerson(random: () => number): Person {
  let roll = random() * totalWeight
  const culture = cultures.find(({ weight }) => (roll -= weight) < 0) ?? cultures[0]
  if (!culture) throw new Error('There are no cultures.')
  const { given, family, locale, join = (one: string, other: string) => `${one} ${other}`, latin } = culture
  const g = Math.floor(random() * given.length)
  const f = Math.floor(random() * family.length)
  const givenName = given[g] ?? ''
  const familyName = family[f] || null
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '')
  const first = plain(latin?.given[g] ?? givenName)
  const last = plain(latin?.family[f] ?? familyName ?? '')
  const styles = [`${first}.${last}`, `${first}${last}`, `${first.charAt(0)}${last}`, `${first}_${last}`]
  const handle = last === '' ? first : (styles[Math.floor(random() * styles.length)] ?? first)
  // A married or a very long name, now and then: columns have to bear them.
  const isLong = familyName !== null && !culture.join && random() < 0.01
  const shownFamily = isLong ? `${familyName} von Hohenlohe-Waldenburg-Schillingsfürst` : (familyName ?? '')
  return {
    name: join(givenName, shownFamily).trim(),
    givenName,
    familyName,
    locale,
    initials: (first.charAt(0) + (last.charAt(0) || first.charAt(1))).slice(0, 2),
    handle,
  }
}
