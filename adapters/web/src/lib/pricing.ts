// On what an answer's money and emissions rest.

export type TariffUsed = {
  name: string
  valid_from?: string
  year?: number
  source?: string
  default: boolean
}
export type Factor = { value: number; year?: number; name: string; default: boolean }
export type Priced = { tariff?: TariffUsed; tariffs?: TariffUsed[] | null; emission_factor?: Factor }

/** The tariff that stands for the site's own, where part of the money rests on one. */
export function reference(of: Priced): TariffUsed | undefined {
  return (of.tariffs ?? (of.tariff ? [of.tariff] : [])).find((tariff) => tariff.default)
}
