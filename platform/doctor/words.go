package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// wording is a finding in two languages: what was found, and what to do; {name} is replaced by the value.
type wording struct{ es, en, doES, doEN string }

var words = map[string]wording{
	"database.ok":          {es: "{version}, {bytes}", en: "{version}, {bytes}"},
	"database.unreachable": {"La base de datos no responde: {reason}", "The database does not answer: {reason}", "Revise DB_URL y que el servidor de la base de datos esté encendido.", "Check DB_URL, and that the server of the database runs."},
	"migrations.ok":        {es: "Las tablas están al día.", en: "The tables are up to date."},
	"migrations.pending":   {"Las tablas de {modules} no están al día.", "The tables of {modules} are not up to date.", "Ejecute holotwin migrate.", "Run holotwin migrate."},
	"migrations.newer":     {"Las tablas de {modules} son de una versión más nueva que este programa.", "The tables of {modules} are of a newer version than this program.", "Actualice este programa.", "Update this program."},
	"clock.ok":             {es: "El reloj va igual que el de la base de datos, con {ms} ms de diferencia.", en: "The clock agrees with the database's, with a difference of {ms} ms."},
	"clock.off":            {"El reloj de este equipo y el de la base de datos difieren en {ms} ms.", "The clocks of this machine and of the database differ by {ms} ms.", "Active la sincronización de la hora (NTP) en ambos.", "Turn on time synchronisation (NTP) on both."},
	"clock.impossible":     {"El reloj de este equipo marca {now}, que no puede ser.", "The clock of this machine shows {now}, which cannot be.", "Póngalo en hora y active la sincronización (NTP).", "Set it, and turn on time synchronisation (NTP)."},
	"disk.ok":              {es: "Quedan {free} libres de {total}.", en: "{free} of {total} are free."},
	"disk.low":             {"Quedan solo {free} libres de {total} en {folder}.", "Only {free} of {total} are free in {folder}.", "Libere espacio o amplíe el disco.", "Free some space, or make the disk larger."},
	"disk.full":            {"El disco de {folder} está casi lleno: quedan {free}.", "The disk of {folder} is nearly full: {free} are free.", "Libere espacio ahora: sin espacio no se guarda ninguna lectura.", "Free some space now: without space no reading is stored."},
	"disk.unknown":         {es: "No se puede saber cuánto disco queda en este sistema.", en: "How much disk is free cannot be seen on this system."},
	"journal.ok":           {es: "{rows} lecturas esperan pasar a los totales; los totales ya las cuentan.", en: "{rows} readings wait to be moved into the totals; totals count them already."},
	"journal.stuck":        {"{rows} lecturas llevan {age} esperando pasar a los totales. Los totales ya las cuentan, pero cada consulta tarda más.", "{rows} readings have waited for {age} to be moved into the totals. Totals count them already, but each query takes longer.", "Revise que haya un servidor encendido, y en su registro qué falla al mover el diario.", "Check that a server runs, and in its log why the journal cannot be moved."},
	"queues.ok":            {es: "{events} eventos recientes; ninguna anotación de auditoría espera.", en: "{events} recent events; no audit entry waits."},
	"queues.relay":         {"{entries} anotaciones de auditoría esperan desde hace {age} al proceso de auth.", "{entries} audit entries have waited for {age} for the process of auth.", "Revise AUTH_URL y que ese proceso responda.", "Check AUTH_URL, and that this process answers."},
	"broker.ok":            {es: "{service} responde.", en: "{service} answers."},
	"broker.unreachable":   {"{service} no responde: {reason}", "{service} does not answer: {reason}", "Revise {setting} y que ese servidor esté encendido.", "Check {setting}, and that this server runs."},
	"certificate.ok":       {es: "El certificado de {setting} vale hasta el {until}.", en: "The certificate of {setting} is valid until {until}."},
	"certificate.soon":     {"El certificado de {setting} vence el {until}, en {days} días.", "The certificate of {setting} expires on {until}, in {days} days.", "Renuévelo. El servidor lee el nuevo sin reiniciar.", "Renew it. The server reads the new one without a restart."},
	"certificate.invalid":  {"El certificado de {setting} vale del {from} al {until}, y no hoy.", "The certificate of {setting} is valid from {from} to {until}, and not today.", "Renuévelo, o corrija el reloj de este equipo.", "Renew it, or correct the clock of this machine."},
	"certificate.broken":   {"El certificado de {setting} no se puede leer.", "The certificate of {setting} cannot be read.", "Revise que el archivo exista, sea PEM y sea del usuario del servidor.", "Check that the file exists, is PEM and belongs to the user of the server."},
	"files.ok":             {es: "Solo su dueño puede leer los {files} archivos con secretos o datos.", en: "Only their owner can read the {files} files with secrets or data."},
	"files.exposed":        {"Otros usuarios de este equipo pueden leer {file}.", "Other users of this machine can read {file}.", "Ejecute chmod 600 sobre ese archivo.", "Run chmod 600 on that file."},
	"replica.ok":           {es: "La réplica sigue a la base de datos, {ms} ms atrás.", en: "The replica follows the database, {ms} ms behind."},
	"replica.other":        {"La réplica no responde consultas ({condition}); la base de datos principal las responde.", "The replica does not answer reports ({condition}); the primary does.", "Revise READ_DB_URL y el estado de la réplica.", "Check READ_DB_URL, and the state of the replica."},
	"server.ok":            {es: "El servidor de este equipo responde.", en: "The server of this machine answers."},
	"server.stopped":       {"Ningún servidor responde en este equipo.", "No server answers on this machine.", "Enciéndalo, si debe correr aquí.", "Start it, if it is to run here."},
	"server.unready":       {"El servidor de este equipo no está listo: {checks}.", "The server of this machine is not ready: {checks}.", "Revise su registro.", "See its log."},
	"books.ok":             {es: "Los totales de {devices} dispositivos son iguales a sus lecturas; la revisión más antigua es de hace {age}.", en: "The totals of {devices} devices equal their readings; the oldest check was {age} ago."},
	"books.unchecked":      {es: "Los totales aún no se han comparado con las lecturas; el servidor lo hace poco a poco.", en: "The totals were not compared with the readings yet; the server does it little by little."},
	"books.differ":         {"Dispositivos cuyos totales no son iguales a sus lecturas: {devices}.", "Devices whose totals do not equal their readings: {devices}.", "Ejecute holotwin doctor --books para verlos, y con --repair para corregirlos.", "Run holotwin doctor --books to see them, and with --repair to correct them."},
	"books.proven":         {es: "{devices} dispositivos, {readings} lecturas: los totales de {days} días son iguales a sus lecturas, al milivatio-hora.", en: "{devices} devices, {readings} readings: the totals of {days} days equal their readings, to the milliwatt-hour."},
	"books.different":      {"Totales que no son iguales a sus lecturas: {differences}; dispositivos: {devices}.", "Totals that do not equal their readings: {differences}; devices: {devices}.", "Ejecute holotwin doctor --books --repair; lo que cambia queda en la auditoría.", "Run holotwin doctor --books --repair; what it changes is written to the audit."},
	"books.repaired":       {"Totales corregidos: {differences}; dispositivos: {devices}. La auditoría dice cuáles.", "Totals corrected: {differences}; devices: {devices}. The audit says which.", "Busque la causa: un disco que falla o una mano en la base de datos.", "Look for the cause: a disk that fails, or a hand in the database."},
	"books.unproven":       {es: "De {days} días solo quedan los totales: sus lecturas se borraron por RAW_RETENTION_DAYS.", en: "Of {days} days only the totals are left: their readings were deleted by RAW_RETENTION_DAYS."},
	"failed":               {"No se pudo revisar: {reason}", "It could not be checked: {reason}", "Repita la revisión; si se repite el fallo, vea el registro del servidor.", "Check again; if it fails again, see the log of the server."},
}

// Text is a finding in a language: es or en.
func (f Finding) Text(language string) string {
	w := words[f.Code]
	return f.fill(w.in(language), language)
}

// Advice is what to do about a finding; "" if nothing is.
func (f Finding) Advice(language string) string {
	w := words[f.Code]
	if language == "en" {
		return f.fill(w.doEN, language)
	}
	return f.fill(w.doES, language)
}

func (w wording) in(language string) string {
	if language == "en" {
		return w.en
	}
	return w.es
}

func (f Finding) fill(text, language string) string {
	for name, value := range f.Values {
		text = strings.ReplaceAll(text, "{"+name+"}", valueText(value, language))
	}
	return text
}

// Bytes is a size.
type Bytes int64

func valueText(value any, language string) string {
	switch v := value.(type) {
	case Bytes:
		return v.text(language)
	case time.Duration:
		return durationText(v)
	case time.Time:
		return v.UTC().Format(time.DateOnly)
	}
	return fmt.Sprint(value)
}

func (b Bytes) text(language string) string {
	const thousand = 1000.0
	size, units := float64(b), []string{"B", "kB", "MB", "GB", "TB"}
	for size >= thousand && len(units) > 1 {
		size, units = size/thousand, units[1:]
	}
	text := strconv.FormatFloat(size, 'f', 1, 64)
	if language != "en" {
		text = strings.ReplaceAll(text, ".", ",")
	}
	return text + " " + units[0]
}

// durationText is a duration in its largest unit that fits.
func durationText(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if d >= u.of {
			return fmt.Sprintf("%d %s", d/u.of, u.name)
		}
	}
	return fmt.Sprintf("%d s", d/time.Second)
}
