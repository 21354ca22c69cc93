// Walks from an empty server to the first recommendation, and counts what it takes a person: clicks and fields. WALK says how:
// `es`, `en phone` or `es keyboard`. The texts are looked up in the page's own files, so that one walk serves both languages.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { accessible, browser, email, noticed, open, password, quiet, run, url } from './driver.mjs'

const [language, ...how] = (process.env.WALK ?? 'es').split(' ')
const isPhone = how.includes('phone')
const byKeyboard = how.includes('keyboard')
const maxClicks = 60
const maxFields = 40

const texts = JSON.parse(readFileSync(new URL(`../src/i18n/${language}.json`, import.meta.url)))
const t = (key, values = {}) => {
  const [group, name] = key.split('.')
  return texts[group][name].replace(/\{(\w+)\}/g, (whole, word) => values[word] ?? whole)
}
const word = (name) => new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'i')

/** A person at a page: by mouse or finger, or by keyboard alone. */
class Person {
  clicks = 0
  fields = 0
  constructor(page) {
    this.page = page
  }

  /** Goes on from control to control by the tab key until this one has the focus. */
  async reach(control) {
    await control.waitFor()
    for (let i = 0; i < 600; i++) {
      if (await control.evaluate((one) => one === document.activeElement)) return
      await this.page.keyboard.press('Tab')
    }
    assert.fail(`the keyboard does not reach ${control}`)
  }

  async click(control) {
    this.clicks++
    if (!byKeyboard) return control.click()
    await this.reach(control)
    await this.page.keyboard.press('Enter')
  }

  async fill(control, text) {
    this.fields++
    if (!byKeyboard) return control.fill(text)
    await this.reach(control)
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.type(text)
  }

  async choose(control, option) {
    this.fields++
    await control.locator('option', { hasText: option }).first().waitFor({ state: 'attached' })
    const wanted = await control.locator('option', { hasText: option }).first().getAttribute('value')
    if (!byKeyboard) return control.selectOption(wanted)
    await this.reach(control)
    await this.page.keyboard.press('Home')
    for (let i = 0; i < 100 && (await control.inputValue()) !== wanted; i++)
      await this.page.keyboard.press('ArrowDown')
    assert.equal(await control.inputValue(), wanted)
  }

  async upload(input, file) {
    this.clicks++
    const asked = this.page.waitForEvent('filechooser')
    if (byKeyboard) {
      await this.reach(input)
      await this.page.keyboard.press('Enter')
    } else await input.click()
    await (await asked).setFiles(file)
  }

  button = (name, exact = true) => this.page.getByRole('button', { name, exact })
  box = (name) => this.page.getByRole('textbox', { name: word(name) })
  list = (name) => this.page.getByRole('combobox', { name: word(name) })

  async enter(address, secret) {
    const { page } = this
    await page.goto(url)
    await this.fill(page.getByLabel(t('common.email')), address)
    await this.fill(page.getByLabel(t('common.password')), secret)
    await this.click(this.button(t('login.logIn')))
  }

  /** Waits for a step of the wizard, and looks at it as all kinds of readers would. */
  async arrive(step) {
    await this.page.getByRole('heading', { level: 2, name: word(t(`setupStep.${step}`)) }).waitFor()
    await noticed(this.page)
    await quiet(this.page)
    await accessible(this.page, step)
  }

  /** Waits until the list of steps says that one is done. */
  isTicked = (step) =>
    this.page
      .getByRole('link', { name: `${t(`setupStep.${step}`)} (${t('setup.done')})` })
      .waitFor({ state: isPhone ? 'attached' : 'visible' })

  next = () => this.click(this.page.getByRole('link', { name: t('setup.next') }))
}

/**
 * Hourly readings of a real meter for a year, up to the last full hour, and those of an air conditioner that runs day and night for
 * six weeks.
 */
function readingsOf(meter, cooler) {
  const real = gunzipSync(readFileSync(new URL('../../demo/data/medidor-bloque-4.csv.gz', import.meta.url)))
    .toString()
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .slice(-24 * 365)
  const hour = 3_600_000
  const end = Math.floor(Date.now() / hour) * hour
  const line = (id, back, kwh) => `${id},${new Date(end - back * hour).toISOString()},${kwh}`
  const rows = real.map((kwh, i) => line(meter, real.length - 1 - i, kwh))
  for (let back = 24 * 42; back >= 0; back--) rows.push(line(cooler, back, 1.2))
  return {
    name: 'lecturas.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`device_id,timestamp,kwh\n${rows.join('\n')}\n`),
  }
}

/** Adds a space inside another. */
async function addSpace(person, outer, kind, name) {
  const { page } = person
  await person.click(person.button(t('spaces.addIn', { name: outer })))
  await person.choose(
    page.getByRole('combobox', { name: t('common.kind'), exact: true }),
    t(`spaceKind.${kind}`),
  )
  await person.fill(page.getByLabel(t('common.name'), { exact: true }), name)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name, exact: true }).first().waitFor()
  await page.keyboard.press('Escape')
}

/** What every administrator does, of the whole campus or of a building: from rooms to opening hours. */
async function setUp(person, { outer, rooms, devices, where }) {
  const { page } = person
  await person.arrive('spaces')
  for (const [inside, kind, name] of rooms) await addSpace(person, inside, kind, name)
  await person.next()

  await person.arrive('devices')
  await person.upload(page.locator('input[type=file]'), readingsOf(...devices))
  const unknown = page.getByRole('form', { name: t('unknown.title') })
  await unknown.waitFor()
  await person.choose(unknown.getByRole('combobox', { name: word(t('unknown.space')) }), outer)
  const kindOf = `${t('common.kind')}: ${devices[1]}`
  await person.choose(unknown.getByRole('combobox', { name: kindOf }), t('deviceKind.ac'))
  await person.click(person.button(t('unknown.make', { n: 2 })))
  await unknown.waitFor({ state: 'detached' })
  await quiet(page)
  await person.click(person.button(t('upload.sendValid')))
  await page.getByText(t('upload.inserted')).first().waitFor()
  await person.next()

  await person.arrive('behind')
  const yes = person.button(t('behind.yesAlways'), false).first()
  await yes.waitFor()
  await person.click(yes)
  await page.getByText(t('behind.none')).waitFor()
  await person.next()

  await person.arrive('tariff')
  if (await person.button(t('tariffs.new')).count()) await person.click(person.button(t('tariffs.new')))
  await person.choose(person.list(t('tariffs.level')), t('voltageLevel.2'))
  await person.fill(page.getByLabel(t('common.name'), { exact: true }), `EMCALI ${where}`)
  await person.choose(page.getByRole('combobox', { name: word(t('common.space')) }), where)
  await person.click(person.button(t('common.create')))
  await page.getByRole('row', { name: new RegExp(`EMCALI ${where}`) }).waitFor()
  await person.isTicked('tariff')
  await person.next()
}

/** The words of the first recommendation, as soon as the analysis has it. */
async function firstAdvice(page, device) {
  const card = page.locator('article', { hasText: device }).first()
  for (let i = 0; i < 100 && !(await card.count()); i++) {
    await page.goto('about:blank')
    await page.goto(`${url}/#/recomendaciones`)
    await page.getByRole('heading', { level: 1, name: t('page.recomendaciones') }).waitFor()
    await noticed(page)
    await quiet(page)
    await noticed(page)
  }
  await card.waitFor()
  await accessible(page, 'the first recommendation')
}

function counted(person, who) {
  console.log(`     ${who}: ${person.clicks} clicks, ${person.fields} fields`)
  assert.ok(person.clicks <= maxClicks, `${person.clicks} clicks`)
  assert.ok(person.fields <= maxFields, `${person.fields} fields`)
}

const view = {
  locale: language === 'es' ? 'es-CO' : 'en-GB',
  timezoneId: 'America/Bogota',
  viewport: isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
  ...(isPhone && { hasTouch: true, isMobile: true }),
}
const colleague = { email: 'luz@usc.edu.co', password: 'la-clave-que-eligio-luz' }
let invitation = ''

const steps = {
  async 'from an empty server to the first recommendation'() {
    const context = await browser.newContext(view)
    const page = await open(context)
    const person = new Person(page)
    await person.enter(email, password)

    await person.arrive('password')
    await person.fill(page.getByLabel(t('account.currentPassword')), password)
    await person.fill(page.getByLabel(t('common.newPassword')), 'otra-clave-que-solo-sabe-ella')
    await person.click(person.button(t('common.changePassword')))

    await person.arrive('site')
    await person.fill(person.box(t('setupSite.name')), 'Universidad Santiago de Cali')
    await person.fill(page.getByLabel(t('field.latitude'), { exact: true }), '3.45')
    await person.fill(page.getByLabel(t('field.longitude'), { exact: true }), '-76.53')
    await person.click(person.button(t('setup.saveAndNext')))

    await setUp(person, {
      outer: 'Bloque 1',
      rooms: [
        ['Universidad Santiago de Cali', 'building', 'Bloque 1'],
        ['Bloque 1', 'room', 'Sala 101'],
        ['Universidad Santiago de Cali', 'building', 'Bloque 2'],
      ],
      devices: ['medidor-1', 'aire-1'],
      where: 'Universidad Santiago de Cali',
    })
    await person.arrive('calendar')
    await person.click(person.button(t('common.confirmHours')))
    await page.getByText(t('calendar.confirmed')).waitFor()
    await person.isTicked('calendar')
    await person.next()

    await person.arrive('colleagues')
    await person.fill(person.box(t('common.email')), colleague.email)
    await person.choose(person.list(t('users.role')), t('role.admin'))
    await person.choose(person.list(t('common.space')), 'Bloque 2')
    await person.click(person.button(t('invite.invite')))
    invitation = await page.locator('code', { hasText: 'enlace=' }).textContent()
    await person.next()

    await person.arrive('connection')
    await person.click(page.getByRole('link', { name: t('setup.toToday') }))
    await page.getByRole('heading', { level: 1, name: t('page.hoy') }).waitFor()
    await quiet(page)
    assert.equal(await page.locator('.error').count(), 0)
    await firstAdvice(page, 'aire-1')
    counted(person, 'the first administrator')
    await context.close()
  },
  async 'another administrator does the same for their building, and sees that building alone'() {
    const context = await browser.newContext(view)
    const page = await open(context)
    const person = new Person(page)
    await page.goto(invitation)
    await person.fill(page.getByLabel(t('common.newPassword')), colleague.password)
    await person.click(person.button(t('common.changePassword')))
    await person.click(person.button(t('login.logIn')))
    await person.fill(page.getByLabel(t('common.email')), colleague.email)
    await person.fill(page.getByLabel(t('common.password')), colleague.password)
    await person.click(person.button(t('login.logIn')))
    await page.getByRole('heading', { level: 1, name: t('page.hoy') }).waitFor()
    await page.goto(`${url}/#/inicio?paso=spaces`)

    await setUp(person, {
      outer: 'Bloque 2',
      rooms: [['Bloque 2', 'room', 'Sala 201']],
      devices: ['medidor-2', 'aire-2'],
      where: 'Bloque 2',
    })
    assert.equal(await page.getByText('Bloque 1').count(), 0)
    await firstAdvice(page, 'aire-2')
    assert.equal(await page.getByText('aire-1').count(), 0)
    counted(person, 'the second administrator')
    await context.close()
  },
}

await run(steps)
