// Command generate reads a package and prints, as JSON, the file that exports its procedures and
// what they are. A procedure is a function under a comment line "//export name".
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
)

type parameter struct {
	Name     string  `json:"name"`
	Type     *string `json:"type"`
	Nullable bool    `json:"nullable"`

	goType string
}

type procedure struct {
	Name       string      `json:"name"`
	Comment    *string     `json:"comment"`
	Parameters []parameter `json:"parameters"`
	Returns    *string     `json:"returns"`

	function    string
	resultCount int
	hasError    bool
}

type output struct {
	Source     string      `json:"source"`
	Procedures []procedure `json:"procedures"`
}

func main() {
	files := token.NewFileSet()
	result := output{Procedures: []procedure{}}
	hasMain := false
	for _, path := range os.Args[1:] {
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			stop(err)
		}
		if file.Name.Name != "main" {
			stop(fmt.Errorf("%s: a procedure's package is called main", path))
		}
		for _, declaration := range file.Decls {
			function, isFunction := declaration.(*ast.FuncDecl)
			if !isFunction || function.Recv != nil {
				continue
			}
			hasMain = hasMain || function.Name.Name == "main"
			found, err := read(function)
			if err != nil {
				stop(fmt.Errorf("%s: %w", files.Position(function.Pos()), err))
			}
			if found != nil {
				result.Procedures = append(result.Procedures, *found)
			}
		}
	}
	result.Source = print(result.Procedures, hasMain)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		stop(err)
	}
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// read returns nil for a function that is no procedure.
func read(function *ast.FuncDecl) (*procedure, error) {
	if function.Doc == nil {
		return nil, nil
	}
	name := ""
	for _, line := range function.Doc.List {
		if rest, isExport := strings.CutPrefix(line.Text, "//export "); isExport {
			name = strings.TrimSpace(rest)
		}
	}
	if name == "" {
		return nil, nil
	}
	if function.Type.TypeParams != nil {
		return nil, fmt.Errorf("procedure %s cannot be generic", name)
	}
	found := &procedure{Name: name, function: function.Name.Name, Parameters: []parameter{}}
	if comment := firstParagraph(function.Doc.Text()); comment != "" {
		found.Comment = &comment
	}
	for _, field := range function.Type.Params.List {
		if _, isVariadic := field.Type.(*ast.Ellipsis); isVariadic {
			return nil, fmt.Errorf("procedure %s cannot take a variable number of parameters", name)
		}
		goType := types.ExprString(field.Type)
		if strings.Contains(goType, ".") {
			return nil, fmt.Errorf("procedure %s cannot take a %s; take a string, a number, a bool, []byte, a slice, a map or any", name, goType)
		}
		sqlType, nullable := sqlTypeOf(field.Type)
		for _, ident := range field.Names {
			found.Parameters = append(found.Parameters, parameter{ident.Name, sqlType, nullable, goType})
		}
	}
	return found, readResults(found, function.Type.Results)
}

func readResults(found *procedure, results *ast.FieldList) error {
	if results == nil {
		return nil
	}
	list := results.List
	if count := len(list); count > 0 && types.ExprString(list[count-1].Type) == "error" {
		found.hasError = true
		list = list[:count-1]
	}
	found.resultCount = len(list)
	if found.resultCount > 1 {
		return fmt.Errorf("procedure %s returns more than a value and an error", found.Name)
	}
	if found.resultCount == 1 {
		found.Returns, _ = sqlTypeOf(list[0].Type)
	}
	return nil
}

func firstParagraph(text string) string {
	paragraph, _, _ := strings.Cut(text, "\n\n")
	return strings.Join(strings.Fields(paragraph), " ")
}

var sqlTypes = map[string]string{
	"bool": "BOOLEAN", "string": "VARCHAR", "int": "BIGINT", "int64": "BIGINT", "int32": "INTEGER",
	"int16": "SMALLINT", "int8": "TINYINT", "uint": "UBIGINT", "uint64": "UBIGINT",
	"uint32": "UINTEGER", "uint16": "USMALLINT", "uint8": "UTINYINT", "float64": "DOUBLE",
	"float32": "FLOAT", "any": "JSON", "interface{}": "JSON", "[]byte": "BLOB",
}

// sqlTypeOf returns nil for types that have no SQL counterpart it knows.
func sqlTypeOf(expression ast.Expr) (sqlType *string, nullable bool) {
	if pointer, isPointer := expression.(*ast.StarExpr); isPointer {
		inner, _ := sqlTypeOf(pointer.X)
		return inner, true
	}
	text := types.ExprString(expression)
	if known, isKnown := sqlTypes[text]; isKnown {
		return &known, false
	}
	document := "JSON"
	switch expression := expression.(type) {
	case *ast.ArrayType:
		if item, _ := sqlTypeOf(expression.Elt); item != nil && *item != "JSON" {
			list := *item + "[]"
			return &list, false
		}
		return &document, false
	case *ast.MapType, *ast.StructType, *ast.Ident, *ast.SelectorExpr:
		return &document, false
	}
	return nil, false
}

func print(procedures []procedure, hasMain bool) string {
	var text strings.Builder
	text.WriteString("package main\n\nimport sdk \"github.com/heliosdb/wasm-sdk-go\"\n")
	if !hasMain {
		text.WriteString("\nfunc main() {}\n")
	}
	text.WriteString("\nvar _ = sdk.Log\n")
	for index, found := range procedures {
		arguments := make([]string, len(found.Parameters))
		for position, parameter := range found.Parameters {
			arguments[position] = fmt.Sprintf("sdk.Param[%s](%d, %q)", parameter.goType, position, parameter.Name)
		}
		call := fmt.Sprintf("%s(%s)", found.function, strings.Join(arguments, ", "))
		body := call + "\n\t\treturn nil, nil"
		switch {
		case found.resultCount == 1 && found.hasError:
			body = "return " + call
		case found.resultCount == 1:
			body = "return " + call + ", nil"
		case found.hasError:
			body = "return nil, " + call
		}
		fmt.Fprintf(&text, "\n//go:wasmexport %s\nfunc heliosdbProcedure%d() int32 {\n\treturn sdk.Invoke(func() (any, error) {\n\t\t%s\n\t})\n}\n", found.Name, index, body)
	}
	return text.String()
}
