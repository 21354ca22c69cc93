// What a recommendation rests on, and what it saved since it was done.
import { api, ask, type Answer } from '../../server/client'

export type Evidence = Answer<'/api/recomendaciones/{id}/evidencia'>
export type Verification = Answer<'/api/recomendaciones/{id}/verificacion'>
export type EvidenceDay = Evidence['days'][number]
export type EvidenceHour = Evidence['worst'][number]

export async function loadEvidence(id: string): Promise<{ evidence: Evidence; verification: Verification }> {
  const params = { params: { path: { id } } }
  const [evidence, verification] = await Promise.all([
    ask(api.GET('/api/recomendaciones/{id}/evidencia', params)),
    ask(api.GET('/api/recomendaciones/{id}/verificacion', params)),
  ])
  return { evidence, verification }
}
