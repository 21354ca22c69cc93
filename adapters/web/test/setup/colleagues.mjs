// The step in which a colleague is invited, who then comes in by the link.
import assert from 'node:assert/strict'
import { browser, desk, open, quiet } from '../driver.mjs'

export const colleagues = {
  name: 'colleagues',
  title: 'Colegas',
  async act(walk) {
    const { page } = walk
    const [colleague, secret] = ['luz@usc.edu.co', 'la-clave-que-eligio-luz']
    await page.getByLabel('Correo').fill(colleague)
    await page.locator('label', { hasText: /^Rol/ }).locator('select').selectOption('manager')
    await page.getByRole('button', { name: 'Invitar' }).click()
    await page.getByText('No se envía ningún correo').waitFor()
    const link = await page.locator('code', { hasText: 'enlace=' }).textContent()
    await page.getByRole('row', { name: new RegExp(colleague) }).waitFor()

    const context = await browser.newContext(desk)
    const other = await open(context)
    await other.goto(link)
    await other.getByLabel('Contraseña nueva').fill(secret)
    await other.getByRole('button', { name: 'Cambiar la contraseña' }).click()
    await other.getByRole('button', { name: 'Entrar', exact: true }).click()
    await other.getByLabel('Correo').fill(colleague)
    await other.getByLabel('Contraseña').fill(secret)
    await other.getByRole('button', { name: 'Entrar', exact: true }).click()
    await other.getByRole('heading', { level: 1, name: 'Hoy' }).waitFor()
    await quiet(other)
    assert.equal(await other.locator('.error').count(), 0)
    await other.goto(`${link.split('#')[0]}#/inicio`)
    const list = other.getByRole('navigation', { name: 'Pasos' })
    await list.waitFor()
    assert.equal(await list.getByRole('link', { name: 'Colegas' }).count(), 0, 'a manager invites nobody')
    await context.close()
  },
}
