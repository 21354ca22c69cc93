package sheet

import (
	"strconv"
	"strings"
)

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

	main          = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relations     = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packageRels   = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	spreadsheetML = `application/vnd.openxmlformats-officedocument.spreadsheetml.`

	sheetHead = xmlHead + `<worksheet ` + main + `><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`

	// The styles by their index in cellXfs.
	styleTitle   = ` s="1"`
	styleInstant = ` s="2"`

	styles = xmlHead + `<styleSheet ` + main + `>` +
		`<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

// bookPart is a file of the archive.
type bookPart struct{ name, content string }

// firstParts are written before the sheets, because programs recognise the file type by the first part. The sheets are not
// listed in it, because their number is not known yet: a part that is not listed counts as a sheet.
var firstParts = []bookPart{
	{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="` + spreadsheetML + `worksheet+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + spreadsheetML + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + spreadsheetML + `styles+xml"/></Types>`},
	{"_rels/.rels", xmlHead + `<Relationships ` + packageRels + `>` +
		`<Relationship Id="rId1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/styles.xml", styles},
}

// lastParts list the sheets.
func lastParts(sheets int) []bookPart {
	var named, related strings.Builder
	for i := 1; i <= sheets; i++ {
		n := strconv.Itoa(i)
		named.WriteString(`<sheet name="Sheet` + n + `" sheetId="` + n + `" r:id="rId` + n + `"/>`)
		related.WriteString(`<Relationship Id="rId` + n + `" Type="` + relations + `/worksheet" Target="worksheets/sheet` + n + `.xml"/>`)
	}
	return []bookPart{
		{"xl/workbook.xml", xmlHead + `<workbook ` + main + ` xmlns:r="` + relations + `"><sheets>` + named.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships ` + packageRels + `>` + related.String() +
			`<Relationship Id="styles" Type="` + relations + `/styles" Target="styles.xml"/></Relationships>`},
	}
}
