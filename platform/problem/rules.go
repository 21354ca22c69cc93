package problem

// Rule names what is wrong with a field; each is worded below in both languages.
type Rule string

// The closed list of rules.
const (
	Required             Rule = "required"
	Unknown              Rule = "unknown"
	Duplicate            Rule = "duplicate"
	WrongType            Rule = "type"
	NotANumber           Rule = "number"
	NotAnInteger         Rule = "integer"
	NotText              Rule = "text"
	NotABoolean          Rule = "boolean"
	NotAnArray           Rule = "array"
	NotAnObject          Rule = "object"
	NotAnInstant         Rule = "instant"
	NotADate             Rule = "date"
	OneOf                Rule = "one_of"
	ExactlyOne           Rule = "exactly_one"
	AtLeastOne           Rule = "at_least_one"
	Minimum              Rule = "minimum"
	Maximum              Rule = "maximum"
	MinLength            Rule = "min_length"
	MaxLength            Rule = "max_length"
	MinBytes             Rule = "min_bytes"
	MaxBytes             Rule = "max_bytes"
	MinItems             Rule = "min_items"
	MaxItems             Rule = "max_items"
	Pattern              Rule = "pattern"
	NoSuch               Rule = "no_such"
	Negative             Rule = "negative"
	Future               Rule = "future"
	TooOld               Rule = "too_old"
	ImpossibleUse        Rule = "impossible_use"
	NotEmail             Rule = "email"
	NotUTF8              Rule = "utf8"
	ControlChars         Rule = "control_characters"
	TooDeep              Rule = "too_deep"
	Malformed            Rule = "malformed"
	MustBeAfter          Rule = "order"
	Taken                Rule = "taken"
	Overlapping          Rule = "overlapping"
	Cycle                Rule = "cycle"
	OnlyTogether         Rule = "together"
	MoreThan             Rule = "more_than"
	LessThan             Rule = "less_than"
	CommonPassword       Rule = "common_password"
	BeforeRetention      Rule = "forgotten"
	NotAUnit             Rule = "unit"
	WholeHour            Rule = "whole_hour"
	NotMeasured          Rule = "measured"
	NotTemperatureDriven Rule = "follows_temperature"
	MustIncludeTargets   Rule = "holds_targets"
	MustDiffer           Rule = "differs"
	MaxDays              Rule = "most_days"
	AmbiguousSeparator   Rule = "ambiguous_point"
	NoLocalTime          Rule = "no_local_time"
	MaxSteps             Rule = "most_steps"
	OutOfReach           Rule = "out_of_reach"
	UnlinkedType         Rule = "unlinked_type"
	DisputedSeries       Rule = "disputed_series"
)

var rules = map[Rule]struct{ es, en string }{
	Required:             {"es obligatorio", "is required"},
	Unknown:              {"no es un campo de esta solicitud", "is not a field of this request"},
	Duplicate:            {"está repetido", "is repeated"},
	WrongType:            {"no tiene el tipo que se espera", "is not of the expected type"},
	NotANumber:           {"debe ser un número decimal finito", "must be a finite decimal number"},
	NotAnInteger:         {"debe ser un número entero", "must be a whole number"},
	NotText:              {"debe ser texto", "must be text"},
	NotABoolean:          {"debe ser true o false", "must be true or false"},
	NotAnArray:           {"debe ser una lista", "must be an array"},
	NotAnObject:          {"debe ser un objeto", "must be an object"},
	NotAnInstant:         {"debe ser un instante RFC 3339, como 2026-05-26T23:03:57-05:00", "must be an RFC 3339 instant, such as 2026-05-26T23:03:57-05:00"},
	NotADate:             {"debe ser una fecha AAAA-MM-DD", "must be a date YYYY-MM-DD"},
	OneOf:                {"debe ser uno de: {values}", "must be one of: {values}"},
	ExactlyOne:           {"envíe exactamente uno de: {values}", "send exactly one of: {values}"},
	AtLeastOne:           {"envíe al menos uno de: {values}", "send at least one of: {values}"},
	Minimum:              {"debe ser {min} o más", "must be {min} or more"},
	Maximum:              {"debe ser {max} o menos", "must be {max} or less"},
	MoreThan:             {"debe ser más de {min}", "must be more than {min}"},
	LessThan:             {"debe ser menos de {max}", "must be less than {max}"},
	NotAUnit:             {"debe ser 72 (Wh) o 38 (W)", "must be 72 (Wh) or 38 (W)"},
	UnlinkedType:         {"ningún enlace dice cuál es: no se sabe qué miden los valores", "no link tells which it is: what the values measure is not known"},
	DisputedSeries:       {"otra serie dice otra cosa del mismo tiempo, y nada aclara cuál es el total: varios puntos para un dispositivo, fases o tarifas", "another series tells something else of the same time, and nothing says which is the whole: several points for one device, phases or rates"},
	BeforeRetention:      {"es anterior a lo que se conserva (desde {since}; lo fija RAW_RETENTION_DAYS)", "is before what is kept (from {since}; RAW_RETENTION_DAYS sets it)"},
	CommonPassword:       {"es una contraseña que se adivina; elija otra", "is a password that is easily guessed; choose another"},
	MinLength:            {"debe tener al menos {min} caracteres", "must have at least {min} characters"},
	MaxLength:            {"debe tener a lo sumo {max} caracteres", "must have at most {max} characters"},
	MinBytes:             {"debe tener al menos {min} bytes (una letra con tilde o una ñ son dos)", "must have at least {min} bytes (a letter with an accent is two)"},
	MaxBytes:             {"debe tener a lo sumo {max} bytes (una letra con tilde o una ñ son dos)", "must have at most {max} bytes (a letter with an accent is two)"},
	MinItems:             {"debe tener al menos {min} elementos", "must have at least {min} items"},
	MaxItems:             {"debe tener a lo sumo {max} elementos", "must have at most {max} items"},
	Pattern:              {"debe ser {pattern}", "must be {pattern}"},
	NoSuch:               {"no existe o no está a su alcance", "does not exist or is out of your reach"},
	WholeHour:            {"debe ser una hora en punto, de 00:00 a 24:00", "must be a whole hour, 00:00 to 24:00"},
	NotMeasured:          {"no se midió en ese lapso", "was not measured in that span"},
	NotTemperatureDriven: {"no sigue la temperatura exterior tanto como para saber qué vale un grado", "does not follow the outdoor temperature enough to tell what a degree is worth"},
	MustIncludeTargets:   {"debe contener todos los objetivos", "must hold all targets"},
	MustDiffer:           {"debe ser distinto de {field}", "must differ from {field}"},
	MaxDays:              {"abarca más de {max} días", "spans more than {max} days"},
	OutOfReach:           {"es de un tiempo en que el dispositivo colgaba fuera del espacio al que usted está limitado", "is of a time when the device hung outside the space that you are limited to"},
	Negative:             {"no puede ser negativo", "cannot be negative"},
	Future:               {"está más de 5 minutos en el futuro", "is more than 5 minutes in the future"},
	TooOld:               {"es anterior al año 2000", "is before the year 2000"},
	ImpossibleUse:        {"es más de lo que el dispositivo puede usar en el intervalo (a lo sumo {max})", "is more than the device can use in the interval (at most {max})"},
	NotEmail:             {"debe ser un correo electrónico", "must be an e-mail address"},
	NotUTF8:              {"no es UTF-8 válido", "is not valid UTF-8"},
	ControlChars:         {"tiene caracteres de control", "has control characters"},
	TooDeep:              {"está anidado a demasiada profundidad", "is nested too deeply"},
	Malformed:            {"no se puede leer", "cannot be read"},
	MustBeAfter:          {"debe ser posterior a {after}", "must be after {after}"},
	Taken:                {"ya existe", "is taken"},
	Overlapping:          {"es el fin de un intervalo que otra lectura del equipo ya cuenta en parte", "ends an interval of which another reading of the device counts a part already"},
	Cycle:                {"formaría un ciclo", "would form a cycle"},
	AmbiguousSeparator:   {"tiene un punto que puede ser decimal o de miles: el archivo no lo deja saber; escríbalo sin separador de miles", "has a point that may be decimal or divide thousands: the file does not tell; write it without a thousands separator"},
	MaxSteps:             {"abarca más de {max} pasos entre todas las series: acorte el lapso, alargue bucket o agrupe de otro modo", "spans more than {max} steps in all series: shorten the range, widen bucket or group otherwise"},
	NoLocalTime:          {"no existe: a esa hora local los relojes se adelantaron", "does not exist: the clocks were put forward over that local time"},
	OnlyTogether:         {"solo vale junto con {with}", "only goes together with {with}"},
}

// Field is one bad field: its path in the request (`periods[0].from`), the rule that it breaks, and what fills
// the rule's {placeholders}.
type Field struct {
	Field  string
	Rule   Rule
	Params map[string]any
}

// Bad names a bad field; params are the name, value pairs that fill its rule's {placeholders}.
func Bad(field string, rule Rule, params ...any) Field {
	f := Field{Field: field, Rule: rule}
	for i := 0; i+1 < len(params); i += 2 {
		if f.Params == nil {
			f.Params = make(map[string]any)
		}
		f.Params[params[i].(string)] = params[i+1]
	}
	return f
}

// In words what is wrong with the field in a language ("es" or "en").
func (f Field) In(language string) string {
	t, known := rules[f.Rule]
	if !known {
		t = rules[Malformed]
	}
	if language == "en" {
		return fill(t.en, f.Params)
	}
	return fill(t.es, f.Params)
}
