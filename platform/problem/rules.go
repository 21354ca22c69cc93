package problem

// Rule is what is wrong with a field. Each rule has a text in both languages below.
type Rule string

// The complete list of rules.
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
	Past                 Rule = "past"
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
	WrongCode            Rule = "wrong_code"
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
	UnlinkedType:         {"ningún enlace indica cuál es: no se sabe qué miden los valores", "no link says which one it is, so it is not known what the values measure"},
	DisputedSeries:       {"otra serie trae otros valores para el mismo tiempo y nada indica cuál es el total: varios puntos de medida para un dispositivo, fases o tarifas", "another series has other values for the same time, and nothing says which one is the total: several metering points for one device, phases or tariffs"},
	WrongCode:            {"no es un código vigente de su aplicación; revise también la hora del teléfono", "is not a current code of your app; also check the time of your phone"},
	BeforeRetention:      {"es anterior a las lecturas que se conservan (desde {since}; lo fija RAW_RETENTION_DAYS)", "is older than the readings that are stored (from {since}; set by RAW_RETENTION_DAYS)"},
	CommonPassword:       {"es una contraseña fácil de adivinar; elija otra", "is a password that is easy to guess; choose another"},
	MinLength:            {"debe tener al menos {min} caracteres", "must have at least {min} characters"},
	MaxLength:            {"debe tener a lo sumo {max} caracteres", "must have at most {max} characters"},
	MinBytes:             {"debe tener al menos {min} bytes (una letra con tilde o una ñ son dos)", "must have at least {min} bytes (a letter with an accent has two)"},
	MaxBytes:             {"debe tener a lo sumo {max} bytes (una letra con tilde o una ñ son dos)", "must have at most {max} bytes (a letter with an accent has two)"},
	MinItems:             {"debe tener al menos {min} elementos", "must have at least {min} items"},
	MaxItems:             {"debe tener a lo sumo {max} elementos", "must have at most {max} items"},
	Pattern:              {"debe ser {pattern}", "must be {pattern}"},
	NoSuch:               {"no existe, o usted no puede verlo", "does not exist, or you may not see it"},
	WholeHour:            {"debe ser una hora en punto, de 00:00 a 24:00", "must be a whole hour, 00:00 to 24:00"},
	NotMeasured:          {"no se midió en ese periodo", "was not measured in that period"},
	NotTemperatureDriven: {"depende muy poco de la temperatura exterior para calcular el efecto de un grado", "depends too little on the outdoor temperature to compute the effect of one degree"},
	MustIncludeTargets:   {"debe contener todos los objetivos", "must contain all targets"},
	MustDiffer:           {"debe ser distinto de {field}", "must differ from {field}"},
	MaxDays:              {"abarca más de {max} días", "spans more than {max} days"},
	OutOfReach:           {"es de un tiempo en que el dispositivo estaba fuera del espacio al que usted tiene acceso", "is from a time when the device was outside the space that you have access to"},
	Negative:             {"no puede ser negativo", "cannot be negative"},
	Future:               {"está más de 5 minutos en el futuro", "is more than 5 minutes in the future"},
	Past:                 {"ya pasó: debe ser un instante futuro", "has passed: it must be an instant in the future"},
	TooOld:               {"es anterior al año 2000", "is before the year 2000"},
	ImpossibleUse:        {"es más de lo que el dispositivo puede usar en el intervalo (a lo sumo {max})", "is more than the device can use in the interval (at most {max})"},
	NotEmail:             {"debe ser un correo electrónico", "must be an e-mail address"},
	NotUTF8:              {"no es UTF-8 válido", "is not valid UTF-8"},
	ControlChars:         {"tiene caracteres de control", "has control characters"},
	TooDeep:              {"está anidado a demasiada profundidad", "is nested too deeply"},
	Malformed:            {"no se puede leer", "cannot be read"},
	MustBeAfter:          {"debe ser posterior a {after}", "must be after {after}"},
	Taken:                {"ya existe", "already exists"},
	Overlapping:          {"es el fin de un intervalo que se traslapa con otra lectura del dispositivo", "ends an interval that overlaps another reading of the device"},
	Cycle:                {"formaría un ciclo", "would form a cycle"},
	AmbiguousSeparator:   {"tiene un punto que puede ser decimal o separador de miles; escríbalo sin separador de miles", "has a point that may be a decimal point or a thousands separator; write it without a thousands separator"},
	MaxSteps:             {"abarca más de {max} pasos entre todas las series: acorte el periodo, use un intervalo más largo (bucket) o agrupe de otra manera", "spans more than {max} steps in all series together: shorten the range, use a longer interval (bucket), or group differently"},
	NoLocalTime:          {"no existe: los relojes se adelantaron y saltaron esa hora local", "does not exist: the clocks were set forward and skipped that local time"},
	OnlyTogether:         {"solo es válido junto con {with}", "is only valid together with {with}"},
}

// Field is an invalid field: its path in the request (`periods[0].from`), the rule that it violates, and values for the rule's
// {placeholders}.
type Field struct {
	Field  string
	Rule   Rule
	Params map[string]any
}

// Bad returns an invalid field. params are name, value pairs for the {placeholders} of its rule.
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

// In returns what is wrong with the field in a language ("es" or "en").
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
