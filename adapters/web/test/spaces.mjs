// Buildings and rooms, from an empty server: made, renamed, moved, copied and deleted in place, and a hundred at once.
import assert from 'node:assert/strict'
import {
  accessible,
  browser,
  client,
  desk,
  entered,
  noticed,
  onEmptyServer,
  open,
  pictures,
  quiet,
  run,
  url,
  visit,
} from './driver.mjs'

const tab = 'administracion?tab=spaces'
const row = (page, name) => page.getByRole('group', { name, exact: true })
const named = (page, name) => row(page, name).locator('.name')
const toast = (page) => page.locator('.toast')
const focused = (page, text) => page.waitForFunction((t) => document.activeElement.textContent === t, text)
const picture = async (page, name) =>
  pictures && (await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true }))

/** The spaces of the server, and the path of names to each. */
async function tree() {
  const api = await client()
  const { items } = await api.get('/api/espacios?limit=1000')
  const path = (space) => {
    const outer = items.find((one) => one.id === space.parent_id)
    return outer ? `${path(outer)}/${space.name}` : space.name
  }
  return { api, items, paths: items.map(path).sort(), of: (name) => items.find((one) => one.name === name) }
}

/** Waits until the server has, or has no longer, a path of names. */
async function until(page, path, there = true) {
  for (let i = 0; i < 600; i++) {
    if ((await tree()).paths.includes(path) === there) return
    await page.waitForTimeout(100)
  }
  assert.fail(`${path} should ${there ? 'be' : 'not be'} among ${(await tree()).paths.join(', ')}`)
}

async function undo(page) {
  await toast(page)
    .getByRole('button', { name: /Deshacer/ })
    .click()
}

/** Waits until no note hides anything. */
async function closeNotes(page) {
  for (const close of await toast(page).getByRole('button', { name: 'Cerrar' }).all()) await close.click()
  await toast(page).first().waitFor({ state: 'detached' })
}

async function add(page, parent, kind, ...names) {
  await page.getByRole('button', { name: `Agregar en ${parent}`, exact: true }).click()
  await page.getByRole('combobox', { name: 'Tipo', exact: true }).selectOption({ label: kind })
  for (const name of names) {
    await page.getByLabel('Nombre', { exact: true }).fill(name)
    await page.keyboard.press('Enter')
    await row(page, name).waitFor()
  }
  await page.keyboard.press('Escape')
  await focused(page, parent)
}

const steps = {
  async 'an empty server says what to do, and a campus is made by keyboard'() {
    const { page, close } = await entered(desk, undefined, onEmptyServer)
    await visit(page, 'administracion') // it is the first tab
    await page.getByText('Aún no hay un sitio').waitFor()
    await accessible(page, 'no spaces')
    await page.getByRole('button', { name: 'Agregar un sitio' }).click()
    await page.keyboard.type('USC') // the name has the focus
    await page.getByLabel('Zona horaria', { exact: true }).fill('Marte')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true')
    assert.equal(
      await page.evaluate(() => document.activeElement.name),
      'time_zone',
      'the error is at its field',
    )
    await accessible(page, 'an error at its field')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('America/Bogota')
    await page.keyboard.press('Enter')
    await focused(page, 'USC')
    await add(page, 'USC', 'edificio', 'Bloque 1', 'Bloque 2')
    await add(page, 'Bloque 1', 'piso', 'Piso 1')
    await add(page, 'Piso 1', 'sala', 'Sala 101', 'Sala 102')
    const { paths, of } = await tree()
    assert.deepEqual(paths, [
      'USC',
      'USC/Bloque 1',
      'USC/Bloque 1/Piso 1',
      'USC/Bloque 1/Piso 1/Sala 101',
      'USC/Bloque 1/Piso 1/Sala 102',
      'USC/Bloque 2',
    ])
    assert.equal(of('USC').time_zone, 'America/Bogota')
    await picture(page, 'espacios')
    await close()
  },
  async 'a space is renamed and measured in its place, and that is undone'() {
    const { page, close } = await entered()
    await visit(page, tab)
    await named(page, 'Bloque 2').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('Biblioteca') // in place of the name that was there
    await page.getByLabel('Área (m²)', { exact: true }).fill('1250.5')
    await picture(page, 'espacio')
    await accessible(page, 'a space that is edited')
    await page.keyboard.press('Enter')
    await focused(page, 'Biblioteca')
    await row(page, 'Biblioteca').getByText('1.250,5 m²').waitFor()
    assert.equal((await tree()).of('Biblioteca').area_m2, 1250.5)
    await undo(page)
    await row(page, 'Bloque 2').waitFor()
    await until(page, 'USC/Bloque 2')
    assert.equal((await tree()).of('Bloque 2').area_m2, null)
    await named(page, 'Bloque 2').click()
    await page.keyboard.type('Otro')
    await page.keyboard.press('Escape')
    await focused(page, 'Bloque 2') // nothing was saved
    await close()
  },
  async 'a space is moved by dragging and by keyboard, the page stays where it is, and that is undone'() {
    const { page, close } = await entered({ viewport: { width: 1280, height: 500 } })
    await visit(page, tab)
    await page.evaluate(() => {
      document.querySelector('.spaces').dataset.mark = 'the same'
      window.scrollTo(0, 1000)
    })
    const place = () =>
      page.evaluate(() => [scrollY, document.querySelector('.spaces').dataset.mark].join(' '))
    const before = await place()
    assert.match(before, /^[1-9]/, 'the page can be scrolled')
    await row(page, 'Sala 101').dragTo(row(page, 'Bloque 2'))
    await toast(page).getByText('Sala 101: ahora en Bloque 2').waitFor()
    await until(page, 'USC/Bloque 2/Sala 101')
    assert.equal(await place(), before, 'the page stays where it is')
    await undo(page)
    await until(page, 'USC/Bloque 1/Piso 1/Sala 101')
    assert.equal(await place(), before)
    await row(page, 'Bloque 1').dragTo(row(page, 'Bloque 2')) // a building holds no building
    await row(page, 'Piso 1').dragTo(row(page, 'Sala 102'))
    await noticed(page)
    assert.equal(await toast(page).count(), 0, 'nothing happens where a space does not fit')

    await named(page, 'Sala 102').focus()
    await page.keyboard.press('Enter')
    const inside = page.getByRole('combobox', { name: 'Dentro de', exact: true })
    assert.deepEqual(
      (await inside.locator('option').allTextContents()).map((text) => text.trim()),
      ['USC', 'Bloque 1', 'Piso 1', 'Bloque 2'],
    )
    await inside.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Guardar' }).focus()
    await page.keyboard.press('Enter')
    await focused(page, 'Sala 102')
    await until(page, 'USC/Bloque 2/Sala 102')
    await undo(page)
    await until(page, 'USC/Bloque 1/Piso 1/Sala 102')
    await close()
  },
  async 'a space is copied with what is inside it, and all of that is undone'() {
    const { page, close } = await entered()
    await visit(page, tab)
    await named(page, 'Bloque 1').click()
    await page.getByRole('button', { name: 'Duplicar: Bloque 1' }).click()
    await toast(page).getByText('Bloque 1 (copia): se creó (4 espacios)').waitFor()
    await until(page, 'USC/Bloque 1 (copia)/Piso 1/Sala 102')
    assert.equal(
      await page.getByLabel('Nombre', { exact: true }).inputValue(),
      'Bloque 1 (copia)',
      'it can be named at once',
    )
    await undo(page)
    await until(page, 'USC/Bloque 1 (copia)', false)
    assert.equal((await tree()).items.length, 6)
    await row(page, 'Bloque 1 (copia)').waitFor({ state: 'detached' })
    await close()
  },
  async 'a space is deleted with a way back, or it says what stands in the way'() {
    const { page, close } = await entered()
    const { api, of } = await tree()
    await api.send('POST', '/api/dispositivos', {
      id: 'medidor-1',
      name: 'Medidor del piso',
      kind: 'meter',
      space_id: of('Piso 1').id,
    })
    await visit(page, tab)
    const remove = async (name) => {
      await named(page, name).click()
      await page.getByRole('button', { name: `Quitar: ${name}`, exact: true }).click()
    }
    await remove('Sala 101')
    await row(page, 'Sala 101').waitFor({ state: 'detached' })
    await focused(page, 'Piso 1') // the space around it
    await undo(page)
    await row(page, 'Sala 101').waitFor()
    await until(page, 'USC/Bloque 1/Piso 1/Sala 101')
    await remove('Sala 101')
    await row(page, 'Sala 101').waitFor({ state: 'detached' })
    await until(page, 'USC/Bloque 1/Piso 1/Sala 101', false)
    await remove('Piso 1')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Dispositivos: Medidor del piso').waitFor()
    await dialog.getByText('Espacios: Sala 102').waitFor()
    await picture(page, 'espacio-en-uso')
    await accessible(page, 'what stands in the way')
    await dialog.getByRole('button', { name: 'Cerrar' }).click()
    await page.getByLabel('Nombre', { exact: true }).press('Escape')

    await row(page, 'Bloque 1').getByRole('link', { name: '1 dispositivo' }).click()
    await page.getByRole('button', { name: 'Solo en Bloque 1 ×' }).waitFor()
    await page.getByRole('link', { name: 'Medidor del piso' }).waitFor()
    await page.goBack()
    await page.getByRole('button', { name: /^Horario: Bloque 2/ }).waitFor()
    await close()
  },
  async 'opening hours are assumed, then set, then inherited'() {
    const { page, close } = await entered()
    await visit(page, tab)
    const hours = (name) => page.getByRole('button', { name: new RegExp(`^Horario: ${name}`) })
    assert.match(await hours('USC').innerText(), /horario supuesto/)
    await hours('USC').click()
    await page.getByText('se supone lun–vie 07:00–22:00, sáb 07:00–13:00').waitFor()
    await page.getByLabel('Cierra').first().fill('21:00')
    await picture(page, 'horario')
    await accessible(page, 'opening hours')
    await page.getByRole('button', { name: 'Poner este horario' }).click()
    await focused(page, 'USC')
    assert.match(await hours('USC').innerText(), /horario propio/)
    assert.match(await hours('Sala 102').innerText(), /horario de USC/)
    const entries = async () => (await (await client()).get('/api/calendarios')).items
    assert.equal((await entries())[0].hours[0].to, '21:00')
    await hours('USC').click()
    await page.getByLabel('Cierra').first().fill('00:00')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await focused(page, 'USC')
    assert.equal((await entries()).length, 1, 'the same entry has other hours')
    assert.equal((await entries())[0].hours[0].to, '24:00')
    await undo(page)
    for (let i = 0; i < 100 && (await entries())[0].hours[0].to !== '21:00'; i++)
      await page.waitForTimeout(100)
    assert.equal((await entries())[0].hours[0].to, '21:00')
    await hours('USC').click()
    await page.getByRole('button', { name: 'Quitar el horario propio' }).click()
    await page.waitForFunction(
      () => !/horario propio/.test(document.body.innerText.replace(/se quitó.*/g, '')),
    )
    assert.match(await hours('Sala 102').innerText(), /horario supuesto/)
    await close()
  },
  async 'a hundred rooms come from a sheet; what fails in the middle is made the next time'() {
    const { page, close } = await entered()
    await visit(page, tab)
    await page.getByRole('button', { name: 'Importar una hoja de cálculo' }).click()
    const lines = Array.from(
      { length: 100 },
      (_, i) => `Bloque 3\tPiso ${1 + (i % 4)}\tAula ${i + 1}\t${i + 20},5`,
    )
    const bad = ['Bloque 3\t\tAula mala\tgrande', 'Bloque 3\t\tAula peor\t-4', '\t\t\t12']
    const paste = page.getByLabel('Celdas copiadas')
    await paste.fill(['Edificio\tPiso\tSala\tÁrea (m²)', 'Bloque 2\t\t\t800', ...lines, ...bad].join('\r\n'))
    await page.getByText('El área no es un número').waitFor()
    assert.match(await page.getByRole('alert').innerText(), /103 \(grande\), 104 \(-4\)/)
    await page.getByRole('cell', { name: 'cambia el área' }).waitFor()
    await page.getByRole('row', { name: /Aula 100 .*USC › Bloque 3 › Piso 4.*119,5/ }).waitFor()
    await picture(page, 'hoja')
    await accessible(page, 'the preview of a sheet')
    await page.locator('input[type=file]').setInputFiles({
      name: 'salas.xlsx',
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      buffer: Buffer.from('PK\x03\x04 a workbook'),
    })
    await page.getByText('Es un libro de Excel').waitFor()
    let posts = 0
    await page.route('**/api/espacios', (route) =>
      route.request().method() === 'POST' && ++posts === 41
        ? route.fulfill({
            status: 429,
            json: { title: '', detail: 'Demasiadas solicitudes', request_id: 'rq_1' },
          })
        : route.continue(),
    )
    await page.getByRole('button', { name: 'Crear o cambiar 106' }).click()
    await page.getByText('Se crearon o cambiaron 41; faltan 65.').waitFor()
    await page.getByText('Demasiadas solicitudes').waitFor()
    await picture(page, 'hoja-a-medias')
    await page.unrouteAll()
    const half = (await tree()).items.length
    await page.reload()
    await quiet(page)
    await page.getByRole('button', { name: 'Importar una hoja de cálculo' }).click()
    await page.locator('input[type=file]').setInputFiles({
      name: 'salas.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['Edificio;Piso;Sala;m2', ...lines.map((l) => l.replaceAll('\t', ';'))].join('\n')),
    })
    await page.getByRole('button', { name: 'Crear o cambiar 65' }).click()
    await page.getByText('Espacios creados o cambiados: 65').first().waitFor()
    const { items, paths, of } = await tree()
    assert.equal(items.length, half + 65)
    assert.equal(new Set(paths).size, paths.length, 'nothing is there twice')
    assert.equal(paths.filter((path) => /^USC\/Bloque 3\/Piso \d\/Aula \d+$/.test(path)).length, 100)
    assert.equal(of('Aula 100').area_m2, 119.5)
    assert.equal(of('Bloque 2').area_m2, 800)
    await page.getByRole('button', { name: 'Crear o cambiar 0' }).waitFor()
    await row(page, 'Aula 100').waitFor()
    await closeNotes(page)
    await close()
  },
  async 'who manages a building sees and changes that building alone'() {
    const { api, of } = await tree()
    const account = { email: 'bloque@example.org', password: 'una-clave-de-bloque-1', role: 'manager' }
    const sent = await api.send('POST', '/auth/usuarios', { ...account, space_id: of('Bloque 2').id })
    assert.equal(sent.status, 201, await sent.text())
    const context = await browser.newContext(desk)
    const page = await open(context)
    await page.goto(url)
    await page.getByLabel('Correo').fill(account.email)
    await page.getByLabel('Contraseña').fill(account.password)
    await page.getByRole('button', { name: 'Entrar', exact: true }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await visit(page, 'administracion') // it is the first tab
    await named(page, 'Bloque 2').waitFor()
    assert.equal((await row(page, 'USC').count()) + (await row(page, 'Bloque 1').count()), 0)
    assert.equal(await page.getByRole('button', { name: 'Agregar un sitio' }).count(), 0)
    await named(page, 'Bloque 2').click()
    assert.equal(await page.getByRole('combobox', { name: 'Dentro de' }).count(), 0, 'it stays where it is')
    await page.getByLabel('Área (m²)', { exact: true }).fill('810')
    await page.keyboard.press('Enter')
    await row(page, 'Bloque 2').getByText('810 m²').waitFor()
    await add(page, 'Bloque 2', 'sala', 'Sala nueva')
    await until(page, 'USC/Bloque 2/Sala nueva')
    await context.close()
  },
  async 'a telephone, in English and in the dark, has it all'() {
    const { page, close } = await entered(
      { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
      (context) =>
        context.addInitScript(() => {
          localStorage.setItem('holotwin.theme', 'dark')
          if (location.hash.startsWith('#/administracion')) localStorage.setItem('holotwin.language', 'en')
        }),
    )
    await visit(page, tab)
    await page.reload()
    await page.getByRole('button', { name: 'Add in Piso 1', exact: true }).first().waitFor()
    await named(page, 'Bloque 2').tap()
    await page.getByRole('button', { name: 'Duplicate: Bloque 2' }).waitFor()
    const oneWay = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1)
    assert.ok(await oneWay(), 'a telephone scrolls one way only')
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('.spaces button, .spaces input, .spaces select')]
        .filter(
          (one) =>
            one.getBoundingClientRect().height < 44 && one.type !== 'checkbox' && one.textContent !== '?',
        )
        .map((one) => one.outerHTML.slice(0, 80)),
    )
    assert.deepEqual(small, [], 'all can be touched')
    await accessible(page, 'spaces on a telephone')
    if (pictures) await page.screenshot({ path: `${pictures}/telefono.png` })
    await page.getByRole('button', { name: 'Import a spreadsheet' }).tap()
    await page.getByLabel('Copied cells').fill('name,kind,inside,m2\nLab,lab,Bloque 2,"1,200.5"\nX,cave,,')
    await page.getByText('The type is not recognised.').waitFor()
    await page.getByRole('button', { name: 'Create or change 1' }).waitFor()
    assert.ok(await oneWay(), 'with a sheet, too')
    await accessible(page, 'a sheet on a telephone')
    if (pictures) await page.screenshot({ path: `${pictures}/telefono-hoja.png` })
    await close()
  },
}

await run(steps)
