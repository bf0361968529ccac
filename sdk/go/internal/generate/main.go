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
	"maps"
	"os"
	"slices"
	"strconv"
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
	// Packages that the parameters' types come from, by the name the file gives them.
	packages map[string]string
}

type output struct {
	Source     string      `json:"source"`
	Procedures []procedure `json:"procedures"`

	packages map[string]string
}

// use keeps the packages that the generated file has to import.
func (o *output) use(packages map[string]string) error {
	for name, path := range packages {
		if known, isKnown := o.packages[name]; isKnown && known != path {
			return fmt.Errorf("%s is %s here and %s in another file; give one another name", name, path, known)
		}
		o.packages[name] = path
	}
	return nil
}

const sdkPath = "github.com/heliosdb/wasm-sdk-go"

// scope is the packages that a file imports, by the name it gives them.
type scope map[string]string

func importsOf(file *ast.File) scope {
	found := scope{}
	for _, each := range file.Imports {
		path, err := strconv.Unquote(each.Path.Value)
		if err != nil {
			continue
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if path == sdkPath {
			name = "heliosdb"
		}
		if each.Name != nil {
			name = each.Name.Name
		}
		found[name] = path
	}
	return found
}

func main() {
	files := token.NewFileSet()
	result := output{Procedures: []procedure{}, packages: map[string]string{}}
	hasMain := false
	for _, path := range os.Args[1:] {
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			stop(err)
		}
		if file.Name.Name != "main" {
			stop(fmt.Errorf("%s: a procedure's package is called main", path))
		}
		scope := importsOf(file)
		for _, declaration := range file.Decls {
			function, isFunction := declaration.(*ast.FuncDecl)
			if !isFunction || function.Recv != nil {
				continue
			}
			hasMain = hasMain || function.Name.Name == "main"
			found, err := read(function, scope)
			if err != nil {
				stop(fmt.Errorf("%s: %w", files.Position(function.Pos()), err))
			}
			if found != nil {
				result.Procedures = append(result.Procedures, *found)
				if err := result.use(found.packages); err != nil {
					stop(fmt.Errorf("%s: %w", files.Position(function.Pos()), err))
				}
			}
		}
	}
	result.Source = print(result.Procedures, result.packages, hasMain)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		stop(err)
	}
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// read returns nil for a function that is no procedure.
func read(function *ast.FuncDecl, scope scope) (*procedure, error) {
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
	found := &procedure{Name: name, function: function.Name.Name, Parameters: []parameter{}, packages: map[string]string{}}
	if comment := firstParagraph(function.Doc.Text()); comment != "" {
		found.Comment = &comment
	}
	for _, field := range function.Type.Params.List {
		if _, isVariadic := field.Type.(*ast.Ellipsis); isVariadic {
			return nil, fmt.Errorf("procedure %s cannot take a variable number of parameters", name)
		}
		goType := types.ExprString(field.Type)
		if unknown := scope.collect(field.Type, found.packages); unknown != "" {
			return nil, fmt.Errorf("procedure %s cannot take a %s; take a string, a number, a bool, []byte, time.Time, heliosdb.Decimal, *big.Int, a slice, a map, a struct of your own or any", name, unknown)
		}
		sqlType, nullable := scope.sqlTypeOf(field.Type)
		for _, ident := range field.Names {
			found.Parameters = append(found.Parameters, parameter{ident.Name, sqlType, nullable, goType})
		}
	}
	return found, readResults(found, function.Type.Results, scope)
}

func readResults(found *procedure, results *ast.FieldList, scope scope) error {
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
		found.Returns, _ = scope.sqlTypeOf(list[0].Type)
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

// Types of other packages that stand for one SQL type.
var packageTypes = map[string]string{
	"time.Time": "TIMESTAMP", "time.Duration": "INTERVAL", "math/big.Int": "HUGEINT",
	"encoding/json.RawMessage": "JSON", sdkPath + ".Decimal": "DECIMAL",
	sdkPath + ".Interval": "INTERVAL", sdkPath + ".UUID": "UUID",
}

// anyType takes whatever it is given: what SQL type that is, the source does not say.
const anyType = sdkPath + ".Exact"

// qualified is a type of another package by the package's path.
func (s scope) qualified(expression ast.Expr) (name string, isQualified bool) {
	selector, isSelector := expression.(*ast.SelectorExpr)
	if !isSelector {
		return "", false
	}
	return s[types.ExprString(selector.X)] + "." + selector.Sel.Name, true
}

// collect notes the packages of a type's parts; it returns the first part that no value becomes.
func (s scope) collect(expression ast.Expr, packages map[string]string) (unknown string) {
	ast.Inspect(expression, func(node ast.Node) bool {
		part, isExpression := node.(ast.Expr)
		if !isExpression || unknown != "" {
			return unknown == ""
		}
		name, isQualified := s.qualified(part)
		if !isQualified {
			return true
		}
		if packageTypes[name] == "" && name != anyType {
			unknown = types.ExprString(part)
			return false
		}
		local, _, _ := strings.Cut(types.ExprString(part), ".")
		packages[local] = s[local]
		return false
	})
	return unknown
}

// sqlTypeOf returns nil for types that have no SQL counterpart it knows.
func (s scope) sqlTypeOf(expression ast.Expr) (sqlType *string, nullable bool) {
	if name, isQualified := s.qualified(expression); isQualified {
		if known, isKnown := packageTypes[name]; isKnown {
			return &known, false
		}
		return nil, name == anyType
	}
	if pointer, isPointer := expression.(*ast.StarExpr); isPointer {
		inner, _ := s.sqlTypeOf(pointer.X)
		return inner, true
	}
	text := types.ExprString(expression)
	if known, isKnown := sqlTypes[text]; isKnown {
		return &known, false
	}
	document := "JSON"
	switch expression := expression.(type) {
	case *ast.ArrayType:
		if item, _ := s.sqlTypeOf(expression.Elt); item != nil && *item != "JSON" {
			list := *item + "[]"
			return &list, false
		}
		return &document, false
	case *ast.MapType, *ast.StructType, *ast.Ident:
		return &document, false
	}
	return nil, false
}

func print(procedures []procedure, packages map[string]string, hasMain bool) string {
	var text strings.Builder
	text.WriteString("package main\n\nimport heliosdbSDK \"" + sdkPath + "\"\n")
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		fmt.Fprintf(&text, "import %s %q\n", name, packages[name])
	}
	if !hasMain {
		text.WriteString("\nfunc main() {}\n")
	}
	text.WriteString("\nvar _ = heliosdbSDK.Log\n")
	for index, found := range procedures {
		arguments := make([]string, len(found.Parameters))
		for position, parameter := range found.Parameters {
			arguments[position] = fmt.Sprintf("heliosdbSDK.Param[%s](%d, %q)", parameter.goType, position, parameter.Name)
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
		fmt.Fprintf(&text, "\n//go:wasmexport %s\nfunc heliosdbProcedure%d() int32 {\n\treturn heliosdbSDK.Invoke(func() (any, error) {\n\t\t%s\n\t})\n}\n", found.Name, index, body)
	}
	return text.String()
}
