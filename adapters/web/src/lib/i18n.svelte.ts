// The page's own words. What the server says comes in the reader's language already.

export type Code = 'es' | 'en'

const words = {
  hoy: ['Hoy', 'Today'], consumo: ['Consumo', 'Consumption'], recomendaciones: ['Recomendaciones', 'Recommendations'], campus: ['Campus', 'Campus'],
  pronostico: ['Pronóstico', 'Forecast'], dispositivos: ['Dispositivos', 'Devices'], administracion: ['Administración', 'Administration'],
  login: ['Entrar', 'Log in'], logout: ['Salir', 'Log out'], email: ['Correo', 'E-mail'], password: ['Contraseña', 'Password'],
  tagline: ['A dónde va la energía, qué hacer y si sirvió.', 'Where the energy goes, what to do, and whether it worked.'],
  live: ['En vivo', 'Live'], lost: ['Conexión perdida; reintentando…', 'Connection lost; trying again…'], skip: ['Ir al contenido', 'Skip to content'],
  theme: ['Tema', 'Theme'], languageName: ['English', 'Español'], menu: ['Secciones', 'Sections'],
  today: ['Hoy', 'Today'], month: ['Este mes', 'This month'], lastMonth: ['mismos días del mes pasado', 'same days last month'], projected: ['Fin de mes, proyectado', 'Month end, projected'],
  cost: ['Costo', 'Cost'], co2: ['CO₂', 'CO₂'], measured: ['medido', 'measured'], nothingToday: ['Hoy no se ha medido nada todavía.', 'Nothing was measured today yet.'],
  usualDay: ['Los últimos días y lo usual', 'Recent days and what is usual'], actual: ['Medido', 'Measured'], expected: ['Esperado', 'Expected'], band: ['Banda del 80 %', '80 % band'],
  attention: ['Lo que pide atención', 'What needs attention'], top: ['Los que más consumen este mes', 'Top consumers this month'], seeAll: ['Ver todo', 'See all'],
  savable: ['al mes, como mínimo', 'a month, at least'], noAdvice: ['Todavía no hay recomendaciones. Aparecen después de dos semanas de lecturas.', 'No recommendations yet. They appear after two weeks of readings.'],
  from: ['Desde', 'From'], to: ['Hasta', 'To'], what: ['Ver', 'Show'], whole: ['Todo el campus', 'Whole campus'], bucket: ['Cada', 'Every'], stack: ['Separar por', 'Break down by'],
  '15m': ['cuarto de hora', 'quarter hour'], hour: ['hora', 'hour'], day: ['día', 'day'], week: ['semana', 'week'], monthUnit: ['mes', 'month'],
  none: ['nada', 'none'], room: ['sala', 'room'], building: ['bloque', 'building'], kind: ['tipo', 'type'], device: ['dispositivo', 'device'],
  series: ['Consumo', 'Consumption'], heat: ['Hora y día de la semana', 'Hour and day of the week'], profile: ['Perfil de carga', 'Load profile'], weekday: ['Lunes a viernes', 'Monday to Friday'], weekend: ['Fin de semana', 'Weekend'],
  duration: ['Horas por nivel de potencia', 'Load duration curve'], compare: ['Comparar con', 'Compare with'], before_period: ['el periodo anterior', 'the previous period'], before_week: ['la semana anterior', 'the previous week'], before_year: ['un año antes', 'a year earlier'],
  table: ['Ver la tabla', 'Show the table'], time: ['Momento', 'Time'], empty: ['No hay lecturas en este periodo. Elija otro, o revise los dispositivos.', 'No readings in this period. Choose another, or look at the devices.'],
  peak: ['Pico', 'Peak'], open: ['abiertas', 'open'], accepted: ['aceptadas', 'accepted'], done: ['hechas', 'done'], verified: ['verificadas', 'verified'], dismissed: ['descartadas', 'dismissed'], allStates: ['todas', 'all'],
  fig_dates_watched: ['días medidos', 'days measured'], fig_dates_seen: ['días en que se vio', 'days on which it was seen'], fig_power: ['potencia', 'power'], fig_rise: ['aumento', 'rise'], fig_reference_power: ['lo usual a esas horas', 'usual in those hours'], fig_hours: ['horas', 'hours'],
  fig_from_hour: ['desde la hora', 'from hour'], fig_to_hour: ['hasta la hora', 'to hour'], fig_degrees: ['grados', 'degrees'], fig_wasted: ['desperdicio', 'wasted'], fig_slope: ['pendiente de enfriamiento', 'cooling slope'], fig_reference_slope: ['pendiente de referencia', 'reference slope'],
  fig_room_temperature: ['temperatura de la sala', 'room temperature'], fig_comfort_temperature: ['temperatura de confort', 'comfort temperature'], fig_open_date_share: ['parte en días de apertura', 'share on open days'], fig_minutes: ['minutos', 'minutes'], fig_evidence: ['fuerza de la evidencia, en desviaciones estándar (σ)', 'strength of the evidence, in standard deviations (σ)'],
  fig_cooling: ['enfriamiento', 'cooling'], fig_closed_hours: ['horas cerradas al mes', 'closed hours a month'], fig_balance_point: ['punto de equilibrio', 'balance point'], fig_shave: ['recorte', 'shave'],
  days: ['días', 'days'], hour_of_day: ['h', 'h'],
  is_open: ['abierta', 'open'], is_accepted: ['aceptada', 'accepted'], is_done: ['hecha', 'done'], is_verified: ['verificada', 'verified'], is_dismissed: ['descartada', 'dismissed'],
  accept: ['Aceptar', 'Accept'], dismiss: ['Descartar', 'Dismiss'], markDone: ['Marcar como hecha', 'Mark as done'], why: ['¿Por qué?', 'Why?'], reason: ['Motivo', 'Reason'], evidence: ['Evidencia', 'Evidence'], formula: ['Fórmula', 'Formula'],
  saves: ['Ahorra al mes', 'Monthly saving'], atLeast: ['al menos', 'at least'], verification: ['Verificación', 'Verification'], avoided: ['Ahorrado', 'Saved'], action: ['Qué hacer', 'What to do'], hash: ['Huella de los datos (cambia si cambian las lecturas)', 'Fingerprint of the data (changes if the readings do)'], reproduced: ['Recalculada ahora: da lo mismo', 'Recomputed just now: same result'], changed: ['Los datos cambiaron desde entonces', 'The data has changed since'],
  wasted: ['Las horas señaladas', 'The hours in question'], states: ['Estado', 'State'], power: ['Potencia', 'Power'], temperature: ['Temperatura', 'Temperature'],
  on: ['encendido', 'on'], off: ['apagado', 'off'], standby: ['en espera', 'standby'], fault: ['en falla', 'fault'], emptyCampus: ['Aún no hay espacios. Cree un sitio en la API o cargue la demostración.', 'There are no spaces yet. Create a site through the API, or load the demo.'],
  ahead: ['Las próximas horas', 'The next hours'], whatif: ['¿Y si…?', 'What if…?'], offHours: ['Apagar fuera de horario', 'Switch off out of hours'], setpoint: ['Enfriar menos, °C', 'Cool less, °C'], simulate: ['Simular', 'Simulate'],
  now: ['Actual', 'As it is'], then: ['Con el cambio', 'With the change'], saved: ['Ahorro', 'Saving'], monthEnd: ['Fin de mes', 'Month end'],
  list: ['Lista', 'List'], inbox: ['Sin registrar', 'Unregistered'], quarantine: ['Por revisar', 'To review'], upload: ['Importar CSV', 'Import CSV'], letters: ['Mensajes rechazados', 'Rejected messages'],
  health: ['Salud', 'Health'], lastHeard: ['Último reporte', 'Last report'], adopt: ['Registrar', 'Register'], ignore: ['Ignorar', 'Ignore'], space: ['Espacio', 'Space'], inboxEmpty: ['No hay dispositivos nuevos. Los que envíen datos por MQTT o emoncms aparecen aquí.', 'No new devices. Those that send data over MQTT or emoncms appear here.'],
  count: ['Contarlo', 'Count it'], restart: ['El contador volvió a empezar', 'The counter restarted'], discard: ['Descartarlo', 'Discard it'], quarantineEmpty: ['Nada por revisar.', 'Nothing to review.'], lettersEmpty: ['Ningún mensaje rechazado.', 'No rejected messages.'],
  chooseFile: ['Elija un archivo CSV', 'Choose a CSV file'], preview: ['Primeras filas', 'First rows'], inserted: ['nuevas', 'new'], duplicates: ['repetidas', 'repeated'], rejected: ['rechazadas', 'rejected'], line: ['Línea', 'Line'],
  ok: ['bien', 'OK'], silent: ['en silencio', 'silent'], stuck: ['detenido', 'stuck'], clock_ahead: ['reloj adelantado', 'clock ahead'], clock_behind: ['reloj atrasado', 'clock behind'], clock_unset: ['reloj sin hora', 'clock not set'], never: ['nunca reportó', 'never reported'],
  users: ['Usuarios', 'Users'], keys: ['Claves de dispositivos', 'Device keys'], tariffs: ['Tarifas', 'Tariffs'], calendar: ['Calendario', 'Calendar'], audit: ['Auditoría', 'Audit'], role: ['Rol', 'Role'], create: ['Crear', 'Create'], name: ['Nombre', 'Name'], revoke: ['Revocar', 'Revoke'], once: ['Se muestra una sola vez:', 'Shown once:'],
  who: ['Quién', 'Who'], when: ['Cuándo', 'When'], requestId: ['Solicitud', 'Request'], retry: ['Reintentar', 'Try again'], loading: ['Cargando…', 'Loading…'], close: ['Cerrar', 'Close'], print: ['Imprimir', 'Print'],
  admin: ['administrador', 'administrator'], manager: ['gestor', 'manager'], viewer: ['lector', 'viewer'], mon: ['lun', 'Mon'], tue: ['mar', 'Tue'], wed: ['mié', 'Wed'], thu: ['jue', 'Thu'], fri: ['vie', 'Fri'], sat: ['sáb', 'Sat'], sun: ['dom', 'Sun'],
  play: ['Reproducir las últimas cuatro semanas', 'Play the last four weeks'], stop: ['Detener', 'Stop'],
  disable: ['Desactivar', 'Disable'], enable: ['Activar', 'Enable'], drop: ['Quitar', 'Remove'], term: ['periodo académico', 'term'], vacation: ['vacaciones', 'vacation'], closed: ['cerrado', 'closed'], opening: ['horario', 'opening hours'], openDay: ['abierto ese día', 'open that day'],
  meter: ['medidor', 'meter'], ac: ['aire acondicionado', 'air conditioning'], lighting: ['iluminación', 'lighting'], computer: ['computador', 'computer'], console: ['consola', 'console'], tv: ['televisor', 'television'], appliance: ['electrodoméstico', 'appliance'], lab: ['laboratorio', 'laboratory'], sensor: ['sensor', 'sensor'], other: ['otro', 'other'],
  priceKwh: ['Precio por kWh', 'Price per kWh'], validFrom: ['Desde', 'From'], month_report: ['Informe del mes (PDF)', 'Month’s report (PDF)'], unmetered: ['sin medidor', 'unmetered'], estimated: ['Estimado', 'Estimated'],
  account: ['Mi cuenta', 'My account'], currentPassword: ['Contraseña actual', 'Current password'], newPassword: ['Contraseña nueva', 'New password'], changePassword: ['Cambiar la contraseña', 'Change the password'], passwordRule: ['De 10 a 72 bytes: una letra con tilde o una ñ son dos.', '10 to 72 bytes: a letter with an accent is two.'], passwordChanged: ['La contraseña se cambió; las demás sesiones terminaron.', 'The password was changed; other sessions have ended.'],
  reset: ['Enlace para otra contraseña', 'Password reset link'], resetLink: ['Entregue este enlace, que sirve una vez y por un día, a', 'Hand this link, good once and for a day, to'], holiday: ['festivo', 'holiday'], opens: ['Abre', 'Opens'], closes: ['Cierra', 'Closes'],
  holidaysBuiltIn: ['Los festivos de Colombia ya están incluidos. Fuera de todos los periodos académicos cuenta como vacaciones.', 'Colombia’s public holidays are built in. Days outside all terms count as vacation.'],
  priceKw: ['Precio por kW de pico', 'Price per kW of peak'], contribution: ['Contribución, %', 'Contribution, %'], period: ['Franja', 'Period'], periods: ['Franjas', 'Periods'], addPeriod: ['Agregar una franja', 'Add a period'],
  search: ['Buscar', 'Search'], noDevices: ['Ningún dispositivo. Adopte uno de «Sin registrar» o créelo en la API.', 'No device. Adopt one under “Not registered”, or make it by the API.'], text: ['Texto', 'Text'],
  csvColumns: ['Columnas: device_id, timestamp y kwh, register_kwh o power_w. También como las escribe Excel en español: punto y coma, coma decimal y 26/11/2026 23:15, en la hora del sitio.', 'Columns: device_id, timestamp, and kwh, register_kwh or power_w. As Spanish Excel writes them, too: semicolons, decimal commas and 26/11/2026 23:15, in the site’s time.'],
  goodLines: ['líneas buenas', 'good lines'], badLines: ['líneas con errores', 'lines with errors'], sendGood: ['Enviar las buenas', 'Send the good ones'],
  behind: ['detrás de', 'behind'], departures: ['Fuera de lo usual', 'Out of the ordinary'], noDepartures: ['Nada fuera de lo usual.', 'Nothing out of the ordinary.'], noStates: ['No reportó su estado en la última semana.', 'No state reported in the last week.'], noBaseline: ['Aún hay muy poco medido para saber qué es lo usual.', 'Not enough has been measured yet to know what is usual.'],
  edit: ['Editar', 'Edit'], rated: ['Potencia nominal, W', 'Rated power, W'], standbyW: ['En espera, W', 'Standby, W'], interval: ['Intervalo, s', 'Interval, s'], save: ['Guardar', 'Save'],
  grows: ['Lo ahorrado desde que se hizo', 'Saved since it was done'], band90: ['Intervalo del 90 %', '90 % interval'],
  shift: ['Mover carga', 'Shift load'], shiftTo: ['A partir de', 'Starting at'], replace: ['Reemplazar equipos', 'Replace devices'], oldWatts: ['W de cada viejo', 'W of each old one'], newWatts: ['W de cada nuevo', 'W of each new one'],
  nothingInBoth: ['nada se midió en ambos', 'nothing was measured in both'], comparedShare: ['comparado el {share} de la energía', '{share} of the energy compared'], tooLittleCompared: ['Se midió en ambos muy poco para comparar', 'Too little was measured in both to compare'], meterMissing: ['falta {n} medidor', '{n} meter is missing'], metersMissing: ['faltan {n} medidores', '{n} meters are missing'], ofTheEnergy: ['de la energía', 'of the energy'], linkUsed: ['El enlace ya se usó o venció. Pida otro a un administrador.', 'The link was used or is too old. Ask an administrator for another.'], noAnswer: ['El servidor no responde. Revise la conexión y envíe de nuevo; nada cuenta dos veces.', 'The server does not answer. Check the connection and send again; nothing counts twice.'],
  noLines: ['El archivo no tiene lecturas: falta una línea después del encabezado.', 'The file has no readings: there is no line after the header.'], firstLines: ['Se muestran las primeras', 'Showing the first'], hourOfDay: ['Hora del día', 'Hour of day'], hoursAbove: ['Horas por encima', 'Hours above'],
  signOnRefused: ['La universidad lo reconoció, pero no tiene acceso aquí. Pida a un administrador que lo agregue a un grupo.', 'The university knows you, but you have no access here. Ask an administrator to add you to a group.'], signOnFailed: ['No se pudo terminar de entrar. Inténtelo de nuevo.', 'The login could not be finished. Try again.'], signOn: ['Entrar con la cuenta de la universidad', 'Log in with the university’s account'], hoursAhead: ['Horas', 'Hours'], plan: ['Potencia por sala', 'Power by room'],
  referenceTariff: ['tarifa de referencia', 'reference tariff of'], setYours: ['Ponga la suya', 'Set your own'], factorOf: ['factor de', 'factor of'],
  assumedHours: ['Horario supuesto', 'Assumed hours'], confirmHours: ['Confirmar horario', 'Confirm the hours'], confidenceLow: ['confianza baja', 'low confidence'], confidenceMedium: ['confianza media', 'medium confidence'], confidenceHigh: ['confianza alta', 'high confidence'],
  peakSoFar: ['Pico del mes hasta hoy', 'The month’s peak so far'], peakAhead: ['El mayor que se espera de otro día', 'The highest expected of another day'], peakAheadSame: ['El mayor que se espera', 'The highest expected'],
  noChange: ['sin cambio', 'no change'], inMeasuredDays: ['Días medidos', 'Days measured'], energy: ['Energía', 'Energy'], savedAMonth: ['Ahorro al mes, en promedio', 'Saving a month, on average'],
  lastSeen: ['Vista por última vez', 'Last seen'], seenOn: ['Se vio en', 'Seen on'], ofDays: ['de', 'of'], seenThen: ['se vio', 'seen'], yes: ['sí', 'yes'], dayName: ['Día', 'Day'], takenFor: ['Se tomó por', 'Taken for'], wastedKwh: ['De más', 'Too much'], notMeasured: ['sin medir', 'not measured'],
  day_working: ['día de apertura', 'open day'], day_closed: ['día de cierre', 'closed day'], day_holiday: ['festivo', 'holiday'], day_vacation: ['vacaciones o cierre', 'vacation or closing day'], dayAsked: ['parece de apertura; por responder', 'looks like an open day; to be answered'], dayNotOpen: ['no abre', 'does not open'],
  worstSpan: ['El peor tramo', 'The worst stretch'], tooMuch: ['de más', 'too much'], expectedThen: ['Sin el desperdicio', 'Without the waste'], undo: ['Deshacer', 'Undo'], reopen: ['Reabrir', 'Reopen'], cancel: ['Cancelar', 'Cancel'], comment: ['Comentario', 'Comment'],
  didOpen: ['Sí, abrió', 'Yes, it opened'], didNotOpen: ['No', 'No'], dayByDay: ['Responder día por día', 'Answer day by day'], saidOpened: ['Anotado en el calendario: abrió.', 'Entered in the calendar: it opened.'], saidShut: ['Anotado: no abrió. Lo usado cuenta como desperdicio.', 'Noted: it did not open. What was used counts as waste.'],
  reasonNeeded: ['Es necesario que siga así', 'It has to stay so'], reasonWrong: ['No es cierto', 'It is not true'], reasonNotWorth: ['No vale la pena', 'It is not worth it'], reasonOther: ['Otro motivo', 'Another reason'], moreTrivial: ['más de poco valor', 'more of little value'], aMonth: ['al mes', 'a month'],
  ended: ['terminadas', 'ended'], is_ended: ['terminada', 'ended'], ended_not_seen: ['Dejó de verse: no se vio en cuatro semanas.', 'It is no longer seen: not in four weeks.'], ended_not_found: ['Con los datos y el calendario de ahora ya no se encuentra.', 'With the data and the calendar of now it is no longer found.'],
  used: ['Consumo de hoy', 'Used today'], did: ['Qué hizo', 'What was done'], onWhat: ['Sobre qué', 'On what'], periodShown: ['Periodo', 'Period'], earlier: ['Antes', 'Earlier'], later: ['Después', 'Later'],
  dayUnit: ['día', 'day'], yesterday: ['Ayer', 'Yesterday'], sevenDays: ['7 días', '7 days'], previousMonth: ['Mes pasado', 'Last month'], year: ['Año', 'Year'], auto: ['según el periodo', 'as fits the period'],
  tariffTaken: ['Tarifa quitada', 'Tariff removed'], calendarTaken: ['Quitado del calendario', 'Removed from the calendar'], revokeKey: ['¿Revocar la clave', 'Revoke the key'], keyInUse: ['{n} dispositivos que pueden usarla enviaron datos en las últimas 24 horas; los que la usan dejarán de poder enviar. No se puede deshacer.', '{n} devices that may use it sent data in the last 24 hours; those that use it will no longer be able to. This cannot be undone.'], keyUnused: ['Ningún dispositivo que pueda usarla envió datos en las últimas 24 horas. No se puede deshacer.', 'No device that may use it sent data in the last 24 hours. This cannot be undone.'], quality: ['Qué tan bien predice: error típico', 'How well it predicts: typical error'],
  bias: ['sesgo', 'bias'], explained: ['de la variación explicada', 'of the variation explained'], hoursJudged: ['h comprobadas', 'hours checked'], scaleOf: ['Potencia media', 'Mean power'], muchBelow: ['Ayer se usaron {kwh}, {percent} menos de lo usual. Si hubo vacaciones o cierre, ', 'Yesterday {kwh} were used, {percent} below the usual. If it was a vacation or a closure, '], muchAbove: ['Ayer se usaron {kwh}, {percent} más de lo usual. ', 'Yesterday {kwh} were used, {percent} above the usual. '],
  markIt: ['márquelo en el calendario', 'mark it in the calendar'], seeWhy: ['Ver qué lo consumió', 'See what used it'], more: ['Más', 'More'], adviceTab: ['Consejos', 'Advice'], usual: ['Lo usual', 'Usual'], forecastLine: ['Pronóstico', 'Forecast'],
  running: ['en curso', 'under way'], dataUntil: ['datos hasta', 'data until'], nowMark: ['ahora', 'now'], openStep: ['Ver este día', 'Show this day'], others: ['otros', 'others'],
  scenarios: ['Escenarios guardados', 'Saved scenarios'], noScenarios: ['Guarde un escenario para compararlo con otros.', 'Save a scenario to compare it with others.'],
} as const satisfies Record<string, readonly [string, string]>

export type Word = keyof typeof words

const stored = localStorage.getItem('holotwin.language')
export const language = $state<{ code: Code }>({ code: stored === 'en' || stored === 'es' ? stored : navigator.language.startsWith('en') ? 'en' : 'es' })

document.documentElement.lang = language.code

export function t(word: Word): string {
  return words[word][language.code === 'en' ? 1 : 0]
}

/** A word as a label begins. */
export function label(word: Word): string {
  const text = t(word)
  return text[0].toUpperCase() + text.slice(1)
}

/** The page's word for one of the server's, or the server's own. */
export function said(word: string): string {
  return word in words ? t(word as Word) : word
}

export function speak(code: Code) {
  language.code = code
  document.documentElement.lang = code
  localStorage.setItem('holotwin.language', code)
}
