// Light or dark: what the reader chose, or else what the system prefers.

type Theme = 'light' | 'dark'

const themeKey = 'holotwin.theme'
const stored = localStorage.getItem(themeKey)
const preferred: Theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'

export const theme = $state<{ name: Theme }>({
  name: stored === 'light' || stored === 'dark' ? stored : preferred,
})

show()

export function toggleTheme() {
  theme.name = theme.name === 'dark' ? 'light' : 'dark'
  show()
}

function show() {
  document.documentElement.dataset.theme = theme.name
  localStorage.setItem(themeKey, theme.name)
}
