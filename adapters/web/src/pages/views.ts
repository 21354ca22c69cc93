// The view of each page. Only today's is part of the first files that are loaded, so that the first view stays small.
import type { Component } from 'svelte'
import type { Page } from '../addresses'
import { loadAllTexts } from '../i18n/i18n.svelte'
import TodayPage from './today/TodayPage.svelte'

type View = { default: Component }

const views: Record<Page, () => Promise<View>> = {
  hoy: async () => ({ default: TodayPage }),
  consumo: () => import('./consumption/ConsumptionPage.svelte'),
  recomendaciones: () => import('./recommendations/RecommendationsPage.svelte'),
  campus: () => import('./campus/CampusPage.svelte'),
  pronostico: () => import('./forecast/ForecastPage.svelte'),
  dispositivos: () => import('./devices/DevicesPage.svelte'),
  administracion: () => import('./administration/AdministrationPage.svelte'),
  inicio: () => import('./setup/SetupPage.svelte'),
}

/** What a reader sees who must set up a second factor first. */
export async function loadFactorPage(): Promise<Component> {
  const [view] = await Promise.all([import('./factor/FactorPage.svelte'), loadAllTexts()])
  return view.default
}

export async function loadView(page: Page): Promise<Component> {
  const [view] = await Promise.all([views[page](), page === 'hoy' ? null : loadAllTexts()])
  return view.default
}
