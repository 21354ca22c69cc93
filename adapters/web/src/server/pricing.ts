// What an answer's money and emissions rest on.

export type TariffUsed = {
  name: string
  valid_from?: string
  year?: number
  source?: string
  default: boolean
}
export type Factor = { value: number; year?: number; name: string; default: boolean }
export type Priced = { tariff?: TariffUsed; tariffs?: TariffUsed[] | null; emission_factor?: Factor }

/** The tariff that stands in for the site's own, if part of the money rests on one. */
export function referenceTariff({ tariff, tariffs }: Priced): TariffUsed | undefined {
  return (tariffs ?? (tariff ? [tariff] : [])).find((one) => one.default)
}
