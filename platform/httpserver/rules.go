package httpserver

import (
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/holotwin/holotwin/platform/problem"
)

// encodedRule carries a field and a rule through huma, which keeps only the text of an error: "§field§rule".
type encodedRule struct{ problem.Field }

func (e encodedRule) Error() string { return "§" + e.Field.Field + "§" + string(e.Rule) }

// setValidationTexts makes huma's validator return rules, "rule|value", in place of English texts, so that the answer can be in
// the caller's language. The validator reads these variables when a route is registered.
func setValidationTexts() {
	validation.MsgUnexpectedProperty = string(problem.Unknown)
	validation.MsgExpectedRFC3339DateTime = string(problem.NotAnInstant)
	validation.MsgExpectedRFC3339Date = string(problem.NotADate)
	validation.MsgExpectedRFC5322Email = string(problem.NotEmail) + "|%v"
	validation.MsgExpectedBoolean = string(problem.NotABoolean)
	validation.MsgExpectedNumber = string(problem.NotANumber)
	validation.MsgExpectedInteger = string(problem.NotAnInteger)
	validation.MsgExpectedString = string(problem.NotText)
	validation.MsgExpectedArray = string(problem.NotAnArray)
	validation.MsgExpectedObject = string(problem.NotAnObject)
	validation.MsgExpectedArrayItemsUnique = string(problem.Duplicate)
	validation.MsgExpectedOneOf = string(problem.OneOf) + "|%s"
	validation.MsgExpectedMinimumNumber = string(problem.Minimum) + "|%v"
	validation.MsgExpectedExclusiveMinimumNumber = string(problem.MoreThan) + "|%v"
	validation.MsgExpectedMaximumNumber = string(problem.Maximum) + "|%v"
	validation.MsgExpectedExclusiveMaximumNumber = string(problem.LessThan) + "|%v"
	validation.MsgExpectedMinLength = string(problem.MinLength) + "|%d"
	validation.MsgExpectedMaxLength = string(problem.MaxLength) + "|%d"
	validation.MsgExpectedMinItems = string(problem.MinItems) + "|%d"
	validation.MsgExpectedMaxItems = string(problem.MaxItems) + "|%d"
	validation.MsgExpectedBePattern = string(problem.Pattern) + "|%s"
	validation.MsgExpectedMatchPattern = string(problem.Pattern) + "|%s"
	validation.MsgExpectedRequiredProperty = string(problem.Required) + "|%s"
}

// fieldsOf converts the errors of huma into fields and rules.
func fieldsOf(errs []error) []problem.Field {
	fields := make([]problem.Field, 0, len(errs))
	for _, err := range errs {
		var detailer huma.ErrorDetailer
		if !errors.As(err, &detailer) {
			continue
		}
		detail := detailer.ErrorDetail()
		fields = append(fields, fieldOf(detail.Location, detail.Message))
	}
	return fields
}

func fieldOf(location, message string) problem.Field {
	if rest, encoded := strings.CutPrefix(message, "§"); encoded {
		field, rule, _ := strings.Cut(rest, "§")
		return problem.Bad(field, problem.Rule(rule))
	}
	rule, value, _ := strings.Cut(message, "|")
	field := fieldPath(location)
	switch problem.Rule(rule) {
	case problem.Required:
		return problem.Bad(joinPath(field, value), problem.Required)
	case problem.OneOf:
		return problem.Bad(field, problem.OneOf, "values", value)
	case problem.Pattern:
		return problem.Bad(field, problem.Pattern, "pattern", value)
	case problem.Minimum, problem.MinLength, problem.MinItems, problem.MoreThan:
		return problem.Bad(field, problem.Rule(rule), "min", value)
	case problem.Maximum, problem.MaxLength, problem.MaxItems, problem.LessThan:
		return problem.Bad(field, problem.Rule(rule), "max", value)
	}
	return problem.Bad(field, parameterRule(rule))
}

// parameterRule returns the rule of a query parameter. Its texts in huma cannot be changed, so they are compared.
func parameterRule(message string) problem.Rule {
	switch {
	case strings.HasPrefix(message, "required"):
		return problem.Required
	case strings.HasPrefix(message, "unknown query"):
		return problem.Unknown
	case strings.HasPrefix(message, "invalid integer"):
		return problem.NotAnInteger
	case strings.HasPrefix(message, "invalid number"), strings.HasPrefix(message, "invalid float"):
		return problem.NotANumber
	case strings.HasPrefix(message, "invalid boolean"):
		return problem.NotABoolean
	case strings.HasPrefix(message, "invalid date"):
		return problem.NotAnInstant
	}
	return problem.Rule(message)
}

// fieldPath removes the part of the request from a location: body.periods[0].from becomes periods[0].from.
func fieldPath(location string) string {
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		if rest, found := strings.CutPrefix(location, prefix); found {
			return rest
		}
	}
	return location
}

func joinPath(parent, child string) string {
	if parent == "" || parent == "body" {
		return child
	}
	return parent + "." + child
}
