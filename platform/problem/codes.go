package problem

// Code is a stable machine-readable word for a kind of problem. Clients compare it, so it never changes once it is published.
type Code string

// The complete list of codes. Each has a text in both languages below.
const (
	Internal             Code = "internal"
	InvalidRequest       Code = "invalid_request"
	MalformedBody        Code = "malformed_body"
	NotFound             Code = "not_found"
	MethodNotAllowed     Code = "method_not_allowed"
	NotAcceptable        Code = "not_acceptable"
	TooLarge             Code = "too_large"
	UnsupportedMediaType Code = "unsupported_media_type"
	RequestTimeout       Code = "request_timeout"
	Unauthenticated      Code = "unauthenticated"
	Forbidden            Code = "forbidden"
	TooManyRequests      Code = "too_many_requests"
	TooManyStreams       Code = "too_many_streams"
	TooManyOfNetwork     Code = "too_many_network_streams" // for all callers at one address
	RightsChanged        Code = "rights_changed"
	Overloaded           Code = "overloaded"
	Unavailable          Code = "unavailable"
	ModuleAway           Code = "module_unavailable"
	Conflict             Code = "conflict"
	HeadersTooLarge      Code = "headers_too_large"
	MalformedRequest     Code = "malformed_request"
	ConflictingReading   Code = "conflicting_reading"
	OverlappingReading   Code = "overlapping"
	NothingStored        Code = "nothing_stored"
	AlreadyExists        Code = "already_exists"
	InUse                Code = "in_use"
	InvalidCredentials   Code = "invalid_credentials"
	TokenReused          Code = "token_reused"
	LastAdministrator    Code = "last_administrator"
	SignOnUnavailable    Code = "sign_on_unavailable"
	InboxFull            Code = "inbox_full"

	SecondFactorRequired    Code = "second_factor_required"
	SecondFactorSetup       Code = "second_factor_setup_required"
	SecondFactorActive      Code = "second_factor_active"
	SecondFactorUnreadable  Code = "second_factor_unreadable"
	SecondFactorUnavailable Code = "second_factor_unavailable"
	SignOnAccount           Code = "sign_on_account"
)

type wording struct{ title, detail string }

type text struct {
	status int
	es, en wording
}

var texts = map[Code]text{
	Internal: {
		500,
		wording{"Error interno", "Algo falló en el servidor. Intente de nuevo; si persiste, dé el número de esta solicitud (request_id) al administrador."},
		wording{"Internal error", "Something failed in the server. Try again; if it persists, give the ID of this request (request_id) to the administrator."},
	},
	InvalidRequest: {
		400,
		wording{"Solicitud no válida", "Corrija los campos indicados y envíe de nuevo."},
		wording{"Invalid request", "Correct the fields indicated and send again."},
	},
	MalformedBody: {
		400,
		wording{"Cuerpo ilegible", "El cuerpo no es un documento JSON válido en UTF-8, sin miembros repetidos ni texto sobrante."},
		wording{"Unreadable body", "The body is not one valid JSON document in UTF-8, without repeated members or trailing data."},
	},
	NotFound: {
		404,
		wording{"No existe", "No hay nada en esta dirección que usted pueda ver."},
		wording{"Not found", "There is nothing at this address that you may see."},
	},
	MethodNotAllowed: {
		405,
		wording{"Método no permitido", "Esta dirección no admite ese método; vea el encabezado Allow."},
		wording{"Method not allowed", "This address does not support that method; see the Allow header."},
	},
	NotAcceptable: {
		406,
		wording{"Formato no disponible", "Pida uno de los formatos que documenta /openapi.json."},
		wording{"Not acceptable", "Ask for one of the formats that /openapi.json documents."},
	},
	TooLarge: {
		413,
		wording{"Demasiado grande", "El cuerpo pasa del límite de {limit} bytes; divídalo o use /consumo/lote."},
		wording{"Too large", "The body is over the limit of {limit} bytes; split it or use /consumo/lote."},
	},
	UnsupportedMediaType: {
		415,
		wording{"Tipo de contenido no admitido", "Envíe {accepted}, sin otra compresión."},
		wording{"Unsupported media type", "Send {accepted}, without another content encoding."},
	},
	RequestTimeout: {
		408,
		wording{"Tiempo agotado", "La solicitud no llegó completa a tiempo."},
		wording{"Request timeout", "The request did not arrive in time."},
	},
	Unauthenticated: {
		401,
		wording{"Falta identificarse", "Envíe un token de acceso vigente (Authorization: Bearer …) o una clave (X-API-Key)."},
		wording{"Not authenticated", "Send a valid access token (Authorization: Bearer …) or a key (X-API-Key)."},
	},
	Forbidden: {
		403,
		wording{"Sin permiso", "Su rol no permite esta acción."},
		wording{"Forbidden", "Your role does not allow this action."},
	},
	TooManyRequests: {
		429,
		wording{"Demasiadas solicitudes", "Espere antes de intentar de nuevo; Retry-After indica cuántos segundos."},
		wording{"Too many requests", "Wait before you try again; Retry-After says how many seconds."},
	},
	TooManyStreams: {
		429,
		wording{"Demasiadas transmisiones", "Un usuario o una clave puede tener {limit} transmisiones de eventos abiertas a la vez, en todas sus sesiones; cierre alguna e intente de nuevo tras lo que indica Retry-After."},
		wording{"Too many streams", "A user or key may have {limit} event streams open at once, in all sessions together; close one and try again after Retry-After."},
	},
	TooManyOfNetwork: {
		429,
		wording{"Demasiadas transmisiones", "Desde una misma dirección puede haber {limit} transmisiones de eventos abiertas a la vez; intente de nuevo tras lo que indica Retry-After."},
		wording{"Too many streams", "From one address there may be {limit} event streams open at once; try again after Retry-After."},
	},
	RightsChanged: {
		403,
		wording{"Sus permisos cambiaron", "Su rol o su alcance cambió mientras la solicitud estaba en curso; comience de nuevo."},
		wording{"Your rights have changed", "Your role or scope changed while the request was running; begin again."},
	},
	Overloaded: {
		503,
		wording{"Servidor ocupado", "El servidor está a plena carga; intente de nuevo tras lo que indica Retry-After."},
		wording{"Overloaded", "The server is at capacity; try again after Retry-After."},
	},
	Unavailable: {
		503,
		wording{"No disponible", "La base de datos no responde; no se sabe si algo se guardó. Intente de nuevo tras lo que indica Retry-After; una lectura repetida no se guarda dos veces."},
		wording{"Unavailable", "The database does not answer. It is not known whether anything was stored. Try again after Retry-After; a reading that is sent again is not stored twice."},
	},
	ModuleAway: {
		503,
		wording{"Una parte no responde", "Una parte del servicio no responde en este momento. Intente de nuevo tras lo que indica Retry-After."},
		wording{"A part does not answer", "A part of the service does not answer at the moment. Try again after Retry-After."},
	},
	Conflict: {
		409,
		wording{"Conflicto", "La solicitud entra en conflicto con datos que ya existen."},
		wording{"Conflict", "The request conflicts with data that already exists."},
	},
	HeadersTooLarge: {
		431,
		wording{"Encabezados demasiado grandes", "Los encabezados pasan del límite de {limit} bytes."},
		wording{"Headers too large", "The headers are over the limit of {limit} bytes."},
	},
	MalformedRequest: {
		400,
		wording{"Solicitud ilegible", "No es una solicitud HTTP válida."},
		wording{"Unreadable request", "This is not a valid HTTP request."},
	},
	ConflictingReading: {
		409,
		wording{"Lectura en conflicto", "Ya hay otro valor para ese instante (stored); no se cambió por el enviado (sent). Para cambiarlo, haga una corrección."},
		wording{"Conflicting reading", "Another value is stored for that instant (stored); it was not changed to the one sent (sent). To change it, make a correction."},
	},
	OverlappingReading: {
		409,
		wording{"Intervalo ya contado", "Otra lectura del mismo dispositivo ya cubre parte de ese tiempo (covered). Para cambiarla, corríjala o retírela antes."},
		wording{"Overlapping reading", "Another reading of the device already covers part of that time (covered). To change it, correct or withdraw it first."},
	},
	NothingStored: {
		400,
		wording{"Nada se guardó", "Ninguna línea es válida, o se pidió guardar todo o nada y hay líneas no válidas. Corrija las líneas indicadas."},
		wording{"Nothing was stored", "No line is valid, or the upload was all-or-nothing and a line is invalid. Correct the lines indicated."},
	},
	AlreadyExists: {
		409,
		wording{"Ya existe", "Ya existe uno con «{id}»."},
		wording{"Already exists", "An object with “{id}” already exists."},
	},
	InUse: {
		409,
		wording{"En uso", "Otros objetos, lecturas, usuarios o claves dependen de «{id}» (blocked_by). Quítelos o cámbielos antes."},
		wording{"In use", "Other objects, readings, users or keys depend on “{id}” (blocked_by). Remove or change them first."},
	},
	InvalidCredentials: {
		401,
		wording{"Credenciales no válidas", "El correo o la contraseña no son correctos."},
		wording{"Invalid credentials", "The e-mail address or the password is wrong."},
	},
	SignOnUnavailable: {
		503,
		wording{"Sin respuesta de la universidad", "El acceso de la universidad no responde; intente de nuevo o entre con su contraseña."},
		wording{"Sign-on unavailable", "The university's login does not answer; try again, or log in with your password."},
	},
	InboxFull: {
		429,
		wording{"Bandeja llena", "No hay lugar para más mensajes de dispositivos sin registrar ({bound}: a lo sumo {max}); nada se guardó. Registre o ignore los que están en /api/dispositivos/nuevos."},
		wording{"Inbox full", "There is no space for more messages from unregistered devices ({bound}: at most {max}); nothing was stored. Register or ignore those at /api/dispositivos/nuevos."},
	},
	LastAdministrator: {
		409,
		wording{"Último administrador", "Debe quedar un administrador activo de todo el campus; nombre otro antes."},
		wording{"Last administrator", "At least one enabled administrator of the whole campus is needed; appoint another one first."},
	},
	TokenReused: {
		401,
		wording{"Token ya usado", "Ese token de renovación ya se había usado; por seguridad la sesión terminó. Entre de nuevo."},
		wording{"Token reused", "That refresh token was already used; for security, the session was ended. Log in again."},
	},
	SecondFactorRequired: {
		401,
		wording{"Falta el código", "Envíe también el código de su aplicación de autenticación, o un código de recuperación (code)."},
		wording{"Code required", "Also send the code of your authenticator app, or a recovery code (code)."},
	},
	SecondFactorSetup: {
		403,
		wording{"Falta activar el segundo factor", "Su rol exige un segundo factor; actívelo antes de continuar (/auth/segundo-factor)."},
		wording{"Second factor missing", "Your role must have a second factor; turn it on before you go on (/auth/segundo-factor)."},
	},
	SecondFactorActive: {
		409,
		wording{"Ya está activo", "El segundo factor ya está activo; quítelo antes de preparar otro."},
		wording{"Already active", "The second factor is active already; turn it off before you prepare another."},
	},
	SecondFactorUnreadable: {
		401,
		wording{"Código no verificable", "El secreto del servidor cambió y ya no puede verificar los códigos de su aplicación. Use un código de recuperación, o pida a un administrador que quite su segundo factor."},
		wording{"Code cannot be checked", "The server's secret was changed, and it can no longer check the codes of your app. Use a recovery code, or ask an administrator to remove your second factor."},
	},
	SecondFactorUnavailable: {
		409,
		wording{"Segundo factor no disponible", "Este servidor no tiene un secreto con el cual cifrar el del segundo factor; defina SERVICE_SECRET."},
		wording{"Second factor unavailable", "This server has no secret to encrypt that of a second factor with; set SERVICE_SECRET."},
	},
	SignOnAccount: {
		409,
		wording{"Cuenta de la universidad", "Esta cuenta no tiene contraseña aquí: su segundo factor depende del acceso de la universidad."},
		wording{"University account", "This account has no password here: the university's login decides on its second factor."},
	},
}
