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
  usualDay: ['Los últimos días y lo usual', 'The last days and the usual'], actual: ['Medido', 'Measured'], expected: ['Esperado', 'Expected'], band: ['Banda del 80 %', '80 % band'],
  attention: ['Lo que pide atención', 'What needs attention'], top: ['Los que más consumen este mes', 'The largest this month'], seeAll: ['Ver todo', 'See all'],
  savable: ['se puede ahorrar al mes, al menos', 'can be saved a month, at least'], noAdvice: ['No hay nada que aconsejar todavía. Los consejos aparecen después de dos semanas de lecturas.', 'Nothing to advise yet. Advice comes after two weeks of readings.'],
  from: ['Desde', 'From'], to: ['Hasta', 'To'], what: ['De qué', 'Of what'], whole: ['Todo el campus', 'The whole campus'], bucket: ['Por', 'By'], stack: ['Apilado por', 'Stacked by'],
  '15m': ['cuarto de hora', 'quarter hour'], hour: ['hora', 'hour'], day: ['día', 'day'], week: ['semana', 'week'], monthUnit: ['mes', 'month'],
  none: ['nada', 'nothing'], room: ['sala', 'room'], building: ['bloque', 'building'], kind: ['clase', 'kind'], device: ['dispositivo', 'device'],
  series: ['Consumo', 'Consumption'], heat: ['Hora y día de la semana', 'Hour and day of the week'], profile: ['Perfil de carga', 'Load profile'], weekday: ['Lunes a viernes', 'Monday to Friday'], weekend: ['Fin de semana', 'Weekend'],
  duration: ['Duración de carga', 'Load duration'], compare: ['Comparar con', 'Compare with'], before_period: ['el periodo anterior', 'the period before'], before_week: ['la semana anterior', 'the week before'], before_year: ['un año antes', 'a year before'],
  table: ['Ver la tabla', 'Show the table'], time: ['Momento', 'Time'], coverage: ['Cobertura', 'Coverage'], empty: ['No hay lecturas en este periodo. Elija otro, o revise los dispositivos.', 'No readings in this period. Choose another, or look at the devices.'],
  total: ['Total', 'Total'], peak: ['Pico', 'Peak'], open: ['abiertas', 'open'], accepted: ['aceptadas', 'accepted'], done: ['hechas', 'done'], verified: ['verificadas', 'verified'], dismissed: ['descartadas', 'dismissed'], allStates: ['todas', 'all'],
  fig_dates_watched: ['días medidos', 'days measured'], fig_dates_seen: ['días en que se vio', 'days on which it was seen'], fig_power: ['potencia', 'power'], fig_rise: ['aumento', 'rise'], fig_reference_power: ['lo usual a esas horas', 'usual in those hours'], fig_hours: ['horas', 'hours'],
  fig_from_hour: ['desde la hora', 'from hour'], fig_to_hour: ['hasta la hora', 'to hour'], fig_degrees: ['grados', 'degrees'], fig_wasted: ['desperdicio', 'wasted'], fig_slope: ['pendiente de enfriamiento', 'cooling slope'], fig_reference_slope: ['pendiente de referencia', 'reference slope'],
  fig_room_temperature: ['temperatura de la sala', 'room temperature'], fig_comfort_temperature: ['temperatura de confort', 'comfort temperature'], fig_open_date_share: ['parte en días de apertura', 'share on open days'], fig_minutes: ['minutos', 'minutes'], fig_evidence: ['evidencia (σ)', 'evidence (σ)'],
  fig_cooling: ['enfriamiento', 'cooling'], fig_closed_hours: ['horas cerradas al mes', 'closed hours a month'], fig_balance_point: ['punto de equilibrio', 'balance point'], fig_shave: ['recorte', 'shave'],
  days: ['días', 'days'], hour_of_day: ['h', 'h'],
  is_open: ['abierta', 'open'], is_accepted: ['aceptada', 'accepted'], is_done: ['hecha', 'done'], is_verified: ['verificada', 'verified'], is_dismissed: ['descartada', 'dismissed'],
  accept: ['Aceptar', 'Accept'], dismiss: ['Descartar', 'Dismiss'], markDone: ['Marcar como hecha', 'Mark as done'], why: ['¿Por qué?', 'Why?'], reason: ['Motivo', 'Reason'], evidence: ['Evidencia', 'Evidence'], formula: ['Fórmula', 'Formula'],
  saves: ['Ahorra al mes', 'Saves a month'], atLeast: ['al menos', 'at least'], verification: ['Verificación', 'Verification'], avoided: ['Evitado', 'Avoided'], action: ['Qué hacer', 'What to do'], hash: ['Huella de los datos', 'Hash of the data'], reproduced: ['Recalculada ahora: da lo mismo', 'Computed again now: the same'], changed: ['Los datos cambiaron desde entonces', 'The data changed since'],
  wasted: ['Las horas señaladas', 'The hours in question'], states: ['Estado', 'State'], power: ['Potencia', 'Power'], temperature: ['Temperatura', 'Temperature'],
  on: ['encendido', 'on'], off: ['apagado', 'off'], standby: ['en espera', 'standby'], fault: ['en falla', 'fault'], emptyCampus: ['Aún no hay espacios. Cree un sitio en la API o cargue la demostración.', 'There are no spaces yet. Make a site by the API, or load the demo.'],
  ahead: ['Las próximas horas', 'The next hours'], whatif: ['¿Y si…?', 'What if…?'], offHours: ['Apagar fuera de horario', 'Switch off out of hours'], setpoint: ['Enfriar menos, °C', 'Cool less, °C'], remove: ['Quitarlo', 'Remove it'], simulate: ['Simular', 'Simulate'],
  now: ['Hoy en día', 'As it is'], then: ['Con el cambio', 'With the change'], saved: ['Ahorro', 'Saving'], peakRisk: ['Pico del mes', 'Month’s peak'], monthEnd: ['Fin de mes', 'Month end'],
  list: ['Lista', 'List'], inbox: ['Sin registrar', 'Not registered'], quarantine: ['Por aclarar', 'To settle'], upload: ['Importar CSV', 'Import CSV'], letters: ['Rechazados', 'Rejected'],
  health: ['Salud', 'Health'], lastHeard: ['Última vez', 'Last heard'], adopt: ['Adoptar', 'Adopt'], ignore: ['Ignorar', 'Ignore'], space: ['Espacio', 'Space'], inboxEmpty: ['Nadie nuevo. Un dispositivo que hable por MQTT o emoncms aparece aquí.', 'Nobody new. A device that speaks over MQTT or emoncms shows up here.'],
  count: ['Contarlo', 'Count it'], restart: ['Empezó de nuevo', 'It began again'], discard: ['Descartarlo', 'Discard it'], quarantineEmpty: ['Nada por aclarar.', 'Nothing to settle.'], lettersEmpty: ['Ningún mensaje rechazado.', 'No message rejected.'],
  chooseFile: ['Elija un archivo CSV', 'Choose a CSV file'], preview: ['Primeras filas', 'First rows'], send: ['Enviar', 'Send'], inserted: ['nuevas', 'new'], duplicates: ['repetidas', 'repeated'], rejected: ['rechazadas', 'rejected'], line: ['Línea', 'Line'],
  ok: ['bien', 'well'], silent: ['en silencio', 'silent'], stuck: ['detenido', 'stuck'], clock_ahead: ['reloj adelantado', 'clock ahead'], clock_behind: ['reloj atrasado', 'clock behind'], clock_unset: ['reloj sin hora', 'clock not set'], never: ['nunca habló', 'never spoke'],
  users: ['Usuarios', 'Users'], keys: ['Claves de dispositivos', 'Device keys'], tariffs: ['Tarifas', 'Tariffs'], calendar: ['Calendario', 'Calendar'], audit: ['Auditoría', 'Audit'], role: ['Rol', 'Role'], create: ['Crear', 'Create'], name: ['Nombre', 'Name'], revoke: ['Revocar', 'Revoke'], once: ['Se muestra una sola vez:', 'Shown once:'],
  noRight: ['Su rol no permite verlo.', 'Your role does not allow it.'], who: ['Quién', 'Who'], when: ['Cuándo', 'When'], requestId: ['Solicitud', 'Request'], retry: ['Reintentar', 'Try again'], loading: ['Cargando…', 'Loading…'], close: ['Cerrar', 'Close'], print: ['Imprimir', 'Print'],
  admin: ['administrador', 'administrator'], manager: ['gestor', 'manager'], viewer: ['lector', 'viewer'], mon: ['lun', 'Mon'], tue: ['mar', 'Tue'], wed: ['mié', 'Wed'], thu: ['jue', 'Thu'], fri: ['vie', 'Fri'], sat: ['sáb', 'Sat'], sun: ['dom', 'Sun'],
  play: ['Reproducir las últimas cuatro semanas', 'Play the last four weeks'], stop: ['Detener', 'Stop'],
  disable: ['Desactivar', 'Disable'], enable: ['Activar', 'Enable'], drop: ['Quitar', 'Remove'], term: ['periodo académico', 'term'], vacation: ['vacaciones', 'vacation'], closed: ['cerrado', 'closed'], opening: ['horario', 'opening hours'], openDay: ['abierto ese día', 'open that day'],
  meter: ['medidor', 'meter'], ac: ['aire acondicionado', 'air conditioning'], lighting: ['iluminación', 'lighting'], computer: ['computador', 'computer'], console: ['consola', 'console'], tv: ['televisor', 'television'], appliance: ['electrodoméstico', 'appliance'], lab: ['laboratorio', 'laboratory'], sensor: ['sensor', 'sensor'], other: ['otro', 'other'],
  priceKwh: ['Precio por kWh', 'Price per kWh'], validFrom: ['Desde', 'From'], month_report: ['Informe del mes (PDF)', 'Month’s report (PDF)'], unmetered: ['sin medidor', 'unmetered'], estimated: ['Estimado', 'Estimated'],
  account: ['Mi cuenta', 'My account'], currentPassword: ['Contraseña actual', 'Current password'], newPassword: ['Contraseña nueva', 'New password'], changePassword: ['Cambiar la contraseña', 'Change the password'], passwordRule: ['De 10 a 72 bytes: una letra con tilde o una ñ son dos.', '10 to 72 bytes: a letter with an accent is two.'], passwordChanged: ['La contraseña se cambió; las demás sesiones terminaron.', 'The password was changed; other sessions have ended.'],
  reset: ['Enlace para otra contraseña', 'Link to another password'], resetLink: ['Entregue este enlace, que sirve una vez y por un día, a', 'Hand this link, good once and for a day, to'], holiday: ['festivo', 'holiday'], opens: ['Abre', 'Opens'], closes: ['Cierra', 'Closes'],
  holidaysBuiltIn: ['Los festivos de Colombia ya están incluidos. Fuera de todos los periodos académicos cuenta como vacaciones.', 'Colombia’s public holidays are built in. Days outside all terms count as vacation.'],
  priceKw: ['Precio por kW de pico', 'Price per kW of peak'], contribution: ['Contribución, %', 'Contribution, %'], period: ['Franja', 'Period'], periods: ['Franjas', 'Periods'], addPeriod: ['Agregar una franja', 'Add a period'],
  search: ['Buscar', 'Search'], noDevices: ['Ningún dispositivo. Adopte uno de «Sin registrar» o créelo en la API.', 'No device. Adopt one under “Not registered”, or make it by the API.'], text: ['Texto', 'Text'],
  csvColumns: ['Columnas: device_id, timestamp y kwh, register_kwh o power_w. También como las escribe Excel en español: punto y coma, coma decimal y 26/11/2026 23:15, en la hora del sitio.', 'Columns: device_id, timestamp, and kwh, register_kwh or power_w. As Spanish Excel writes them, too: semicolons, decimal commas and 26/11/2026 23:15, in the site’s time.'],
  goodLines: ['líneas buenas', 'good lines'], badLines: ['líneas con errores', 'lines with errors'], sendGood: ['Enviar las buenas', 'Send the good ones'],
  behind: ['detrás de', 'behind'], departures: ['Lo fuera de lo usual', 'What was out of the usual'], noDepartures: ['Nada fuera de lo usual.', 'Nothing out of the usual.'], noStates: ['No ha dicho su estado en la última semana.', 'It told no state in the last week.'], noBaseline: ['Aún hay muy poco medido para saber qué es lo usual.', 'Too little was measured yet to know what is usual.'],
  edit: ['Editar', 'Edit'], rated: ['Potencia nominal, W', 'Rated power, W'], standbyW: ['En espera, W', 'Standby, W'], interval: ['Intervalo, s', 'Interval, s'], save: ['Guardar', 'Save'],
  grows: ['Lo evitado desde que se hizo', 'Avoided since it was done'], band90: ['Intervalo del 90 %', '90 % interval'],
  shift: ['Mover carga', 'Shift load'], shiftTo: ['A partir de', 'To begin at'], replace: ['Reemplazar equipos', 'Replace devices'], oldWatts: ['W de cada viejo', 'W of each old one'], newWatts: ['W de cada nuevo', 'W of each new one'],
  nothingInBoth: ['nada se midió en ambos', 'nothing was measured in both'], comparedShare: ['comparado el {share} de la energía', '{share} of the energy compared'], tooLittleCompared: ['Se midió en ambos muy poco para comparar', 'Too little was measured in both to compare'], meterMissing: ['falta {n} medidor', '{n} meter is missing'], metersMissing: ['faltan {n} medidores', '{n} meters are missing'], ofTheEnergy: ['de la energía', 'of the energy'], linkUsed: ['El enlace ya se usó o venció. Pida otro a un administrador.', 'The link was used or is too old. Ask an administrator for another.'], noAnswer: ['El servidor no responde. Revise la conexión y envíe de nuevo; nada cuenta dos veces.', 'The server does not answer. Check the connection and send again; nothing counts twice.'],
  noLines: ['El archivo no tiene lecturas: falta una línea después del encabezado.', 'The file has no readings: there is no line after the header.'], firstLines: ['Se muestran las primeras', 'Shown are the first'], hourOfDay: ['Hora del día', 'Hour of day'], hoursAbove: ['Horas por encima', 'Hours above'],
  signOnRefused: ['La universidad lo reconoció, pero no tiene acceso aquí. Pida a un administrador que lo agregue a un grupo.', 'The university knows you, but you have no access here. Ask an administrator to add you to a group.'], signOnFailed: ['No se pudo terminar de entrar. Inténtelo de nuevo.', 'The login could not be finished. Try again.'], signOn: ['Entrar con la cuenta de la universidad', 'Log in with the university’s account'], hoursAhead: ['Horas', 'Hours'], plan: ['El plano, según la potencia', 'The plan, by power'],
  referenceTariff: ['tarifa de referencia', 'reference tariff of'], setYours: ['Ponga la suya', 'Set your own'], factorOf: ['factor de', 'factor of'],
  assumedHours: ['Horario supuesto', 'Assumed hours'], confirmHours: ['Confirmar horario', 'Confirm the hours'], confidenceLow: ['confianza baja', 'low confidence'], confidenceMedium: ['confianza media', 'medium confidence'], confidenceHigh: ['confianza alta', 'high confidence'],
  peakSoFar: ['Pico del mes hasta hoy', 'The month’s peak so far'], peakAhead: ['El mayor que se espera de otro día', 'The highest expected of another day'], peakAheadSame: ['El mayor que se espera', 'The highest expected'],
  dataUntil: ['datos hasta', 'data until'], noChange: ['sin cambio', 'no change'], inMeasuredDays: ['Días medidos', 'Days measured'], energy: ['Energía', 'Energy'], savedAMonth: ['Ahorro al mes, en promedio', 'Saving a month, on average'],
  lastSeen: ['Vista por última vez', 'Last seen'], seenOn: ['Se vio en', 'Seen on'], ofDays: ['de', 'of'], seenThen: ['se vio', 'seen'], yes: ['sí', 'yes'], dayName: ['Día', 'Day'], takenFor: ['Se tomó por', 'Taken for'], wastedKwh: ['De más', 'Too much'], notMeasured: ['sin medir', 'not measured'],
  day_working: ['día de apertura', 'open day'], day_closed: ['día de cierre', 'closed day'], day_holiday: ['festivo', 'holiday'], day_vacation: ['vacaciones o cierre', 'vacation or closing day'], dayAsked: ['parece de apertura; por responder', 'looks like an open day; to be answered'], dayNotOpen: ['no abre', 'does not open'],
  worstSpan: ['El peor tramo', 'The worst stretch'], tooMuch: ['de más', 'too much'], expectedThen: ['Sin el desperdicio', 'Without the waste'], undo: ['Deshacer', 'Undo'], reopen: ['Reabrir', 'Reopen'], cancel: ['Cancelar', 'Cancel'], comment: ['Comentario', 'Comment'],
  didOpen: ['Sí, abrió', 'Yes, it opened'], didNotOpen: ['No', 'No'], dayByDay: ['Responder día por día', 'Answer day by day'], saidOpened: ['Anotado en el calendario: abrió.', 'Entered in the calendar: it opened.'], saidShut: ['Anotado: no abrió. Lo usado cuenta como desperdicio.', 'Noted: it did not open. What was used counts as waste.'],
  reasonNeeded: ['Es necesario que siga así', 'It has to stay so'], reasonWrong: ['No es cierto', 'It is not true'], reasonNotWorth: ['No vale la pena', 'It is not worth it'], reasonOther: ['Otro motivo', 'Another reason'], moreTrivial: ['más de poco valor', 'more of little value'], aMonth: ['al mes', 'a month'],
  ended: ['terminadas', 'ended'], is_ended: ['terminada', 'ended'], ended_not_seen: ['Dejó de verse: no se vio en cuatro semanas.', 'It is no longer seen: not in four weeks.'], ended_not_found: ['Con los datos y el calendario de ahora ya no se encuentra.', 'With the data and the calendar of now it is no longer found.'],
  scenarios: ['Escenarios guardados', 'Scenarios kept'], noScenarios: ['Guarde un escenario para compararlo con otros.', 'Save a scenario to compare it with others.'],
} as const satisfies Record<string, readonly [string, string]>

export type Word = keyof typeof words

const stored = localStorage.getItem('holotwin.language')
export const language = $state<{ code: Code }>({ code: stored === 'en' || stored === 'es' ? stored : navigator.language.startsWith('en') ? 'en' : 'es' })

document.documentElement.lang = language.code

export function t(word: Word): string {
  return words[word][language.code === 'en' ? 1 : 0]
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
