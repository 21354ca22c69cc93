package text

// spanish has the templates of findings by kind, or kind and cause. Names are in quotation marks after a noun or colon, so that no
// article depends on their gender.
var spanish = map[string]template{
	"out_of_hours": {
		"Uso fuera de horario: {name}",
		"«{name}»{where} consumió unos {power} con el espacio cerrado en {seen} de {days}, {when}; lo usual a esas horas es {reference_power}.",
		"Revise qué queda encendido en «{name}» al cierre y prográmele un apagado automático.",
	},
	"standby": {
		"Consumo en espera: {name}",
		"«{name}»{where} siguió tomando unos {power} sin uso, en tramos de 4 horas o más, en {seen} de {days}.",
		"Corte la alimentación de «{name}» cuando no se use, por ejemplo con una multitoma con interruptor o temporizador.",
	},
	"state_mismatch": {
		"Consume estando apagado: {name}",
		"«{name}»{where} tomó unos {power} mientras reportaba el estado «apagado», durante {hours} en {seen} de {days}.",
		"Compruebe el relé o el control de «{name}», y que el estado que reporta sea el real.",
	},
	"schedule": {
		"Horario más largo que la apertura: {name}",
		"«{name}»{where} funcionó antes de abrir o después de cerrar, {span}, en {seen} de {days}, con unos {power}.",
		"Ajuste la programación de «{name}» al horario de apertura, con máximo una hora de margen.",
	},
	"unused_room": {
		"Encendido sin ocupación: {name}",
		"«{name}»{where} consumió unos {power} sin nadie presente durante {hours}, en {seen} de {days}.",
		"Ponga un sensor de presencia para «{name}», o apague al salir.",
	},
	"setpoint": {
		"Enfriamiento excesivo: {name}",
		"«{name}»{where} mantuvo el espacio a {room_temperature} °C en horas de apertura durante {days}; con {comfort_temperature} °C basta.",
		"Suba la temperatura de consigna de «{name}» a {comfort_temperature} °C o más.",
	},
	"cooling_slope/past": {
		"Enfriar cuesta más que antes: {name}",
		"En «{name}»{where} cada °C por encima de {balance_point} °C exteriores cuesta {slope} kWh al día; antes costaba {reference_slope} kWh ({rise} % más ahora).",
		"Revise filtros, refrigerante, puertas y ventanas, y la consigna de «{name}».",
	},
	"cooling_slope/peers": {
		"Enfriar cuesta más que en espacios similares: {name}",
		"En «{name}»{where} cada °C por encima de {balance_point} °C exteriores cuesta {slope} kWh al día; en espacios similares del mismo tamaño cuesta {reference_slope} kWh.",
		"Revise el aire acondicionado, las infiltraciones y la protección solar de «{name}».",
	},
	"base_load/past": {
		"Subió el consumo de base: {name}",
		"De noche «{name}»{where} consume {power}; en noches comparables consumía {reference_power} ({rise} % más ahora).",
		"Busque qué se quedó encendido por la noche en «{name}» desde que subió.",
	},
	"base_load/peers": {
		"Consumo de base mayor que en espacios similares: {name}",
		"De noche «{name}»{where} consume {power}; en espacios similares del mismo tamaño se consumen {reference_power}.",
		"Recorra «{name}» de noche y apague lo que no se necesite.",
	},
	"base_load/never_falls": {
		"El consumo no baja de noche: {name}",
		"«{name}»{where} no baja de {power} por la noche; en horas de apertura consume {reference_power}. Se observaron {watched} noches.",
		"Recorra «{name}» después del cierre y apague lo que no deba seguir encendido.",
	},
	"stuck_on": {
		"Algo quedó encendido: {name}",
		"«{name}»{where} consume unos {power} de más a toda hora desde hace {hours} ({rise} % más de lo esperado).",
		"Busque en «{name}» qué se encendió al comienzo de ese lapso y no se volvió a apagar.",
	},
	"degradation": {
		"El consumo sube poco a poco: {name}",
		"«{name}»{where} consume cada vez más de lo que el calendario y el clima explican: en las últimas {hours}, un {rise} % más en promedio.",
		"Programe mantenimiento de los equipos de «{name}»: filtros, refrigerante, motores y controles.",
	},
	"peak": {
		"Pico de demanda: {name}",
		"El cuarto de hora de mayor demanda del último mes de «{name}»{where} fue {span}, con {power}; los demás días no pasan de {reference_power}.",
		"Reparta los arranques de «{name}» o pase a otra hora lo que pueda esperar.",
	},
	"sensor/stuck": {
		"Medidor detenido: {name}",
		"«{name}»{where} repitió el mismo valor ({power}) durante {hours}; esas horas no se usan para las recomendaciones.",
		"Revise el medidor o la conexión de «{name}».",
	},
	"sensor/zero": {
		"Medidor en cero: {name}",
		"«{name}»{where} reportó cero durante {hours}, aunque nunca baja tanto; esas horas no se usan para las recomendaciones.",
		"Revise el medidor o la conexión de «{name}».",
	},
	"sensor/silent": {
		"Medidor sin datos: {name}",
		"«{name}»{where} no reporta desde hace {hours}, mientras el resto del sitio sí lo hace.",
		"Revise la alimentación y la red de «{name}».",
	},
	"sensor/clock_ahead": {
		"Reloj adelantado: {name}",
		"El reloj de «{name}»{where} está adelantado {minutes} minutos: su consumo se registra en horas posteriores, y las lecturas con más de cinco minutos de adelanto se rechazan.",
		"Ponga en hora el reloj y la zona horaria de «{name}», o configúrele un servidor de hora (NTP).",
	},
	"sensor/clock_unset": {
		"Reloj sin hora: {name}",
		"El reloj de «{name}»{where} nunca se puso en hora: marca un año anterior al 2000. Su consumo se registra a la hora en que llega.",
		"Configure en «{name}» un servidor de hora (NTP) accesible y su zona horaria.",
	},
	"sensor/clock_behind": {
		"Reloj atrasado: {name}",
		"El reloj de «{name}»{where} está atrasado {minutes} minutos: su consumo se registra en horas anteriores.",
		"Ponga en hora el reloj y la zona horaria de «{name}», o configúrele un servidor de hora (NTP).",
	},
}

// spanishActions are the actions for particular kinds of devices.
var spanishActions = map[string]string{
	"out_of_hours/ac":       "Programe el apagado del aire acondicionado «{name}» a la hora de cierre.",
	"out_of_hours/lighting": "Ponga un temporizador o un sensor de presencia a las luces «{name}».",
	"out_of_hours/computer": "Active la suspensión o el apagado automático de «{name}» a la hora de cierre.",
	"out_of_hours/tv":       "Apague «{name}» al salir, o use una multitoma con temporizador.",
	"out_of_hours/console":  "Apague «{name}» al salir y active su apagado automático por inactividad.",
	"standby/ac":            "Corte desde el tablero la alimentación de «{name}» en las temporadas en que no se use.",
}
