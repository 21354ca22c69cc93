// The step in which the first administrator replaces the initial password.
export const password = {
  name: 'password',
  title: 'Su contraseña',
  async act(walk) {
    const { page } = walk
    const chosen = 'otra-clave-que-solo-sabe-ella'
    await page.getByLabel('Contraseña actual').fill('no es la actual')
    await page.getByLabel('Contraseña nueva').fill(chosen)
    await page.getByRole('button', { name: 'Cambiar la contraseña' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Contraseña actual').fill(walk.password)
    await page.getByRole('button', { name: 'Cambiar la contraseña' }).click()
    await page.waitForURL(/paso=site/)
    walk.password = chosen
  },
}
