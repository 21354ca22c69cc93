// What is still missing, in the order in which it can be done, and how much hangs on it.
import { activeUsers, countedTwice, hasOpeningHours, hasReadings, hasSite, type Facts } from './setupState'
import { stepsOf, type Step } from './steps'

type What = 'password' | 'site' | 'devices' | 'readings' | 'tariff' | 'hours' | 'twice' | 'admin'
export type Missing = { what: What; step: Step; n: number }

/** assumedHours is how many open recommendations rest on assumed hours. */
export function missingOf(facts: Facts, assumedHours: number): Missing[] {
  const own = stepsOf(facts.user, facts.spaces)
  const { devices } = facts
  const list: (Missing | false)[] = [
    !!facts.user.initial_password && { what: 'password', step: 'password', n: 1 },
    !hasSite(facts) && { what: 'site', step: 'site', n: 1 },
  ]
  if (hasSite(facts)) {
    const twice = countedTwice(facts).length
    list.push(
      !devices.length && { what: 'devices', step: 'devices', n: 1 },
      devices.length > 0 && !hasReadings(facts) && { what: 'readings', step: 'connection', n: 1 },
      !facts.tariffs.length && { what: 'tariff', step: 'tariff', n: 1 },
      (assumedHours > 0 || !hasOpeningHours(facts)) && { what: 'hours', step: 'calendar', n: assumedHours },
      twice > 0 && { what: 'twice', step: 'behind', n: twice },
    )
  }
  list.push(isAlone(facts) && { what: 'admin', step: 'colleagues', n: 1 })
  return list.filter((one) => one !== false).filter(({ step }) => own.includes(step))
}

/** Whether there is one administrator of the whole campus. One who is limited to a space does not see the others; one who is only invited cannot help yet. */
function isAlone(facts: Facts): boolean {
  if (facts.user.space_id || !facts.users) return false
  return (
    activeUsers(facts).filter((user) => user.role === 'admin' && !user.space_id && !user.invited).length === 1
  )
}
