package heliosdb

// FetchRequest is a request to a host that the procedure was granted with network:<domain>.
type FetchRequest struct {
	// Method is GET when it is empty.
	Method string
	// URL begins with https://.
	URL     string
	Headers map[string]string
	// Body is for POST, PUT and PATCH.
	Body []byte
	// TimeoutMs is when to give up, where the procedure's own limit is too long.
	TimeoutMs int64
}

// FetchResponse is what came back, whatever the status.
type FetchResponse struct {
	Status int
	// URL answered in the end, after redirects.
	URL string
	// Headers are pairs of a name in lower case and a value, in their order.
	Headers [][2]string
	Body    []byte
}

// Fetch asks a host. A status such as 404 is an answer, not an error.
func Fetch(request FetchRequest) (*FetchResponse, error) {
	fields := map[string]any{"url": request.URL}
	if request.Method != "" {
		fields["method"] = request.Method
	}
	if len(request.Headers) > 0 {
		fields["headers"] = request.Headers
	}
	if request.Body != nil {
		fields["body"] = request.Body
	}
	if request.TimeoutMs > 0 {
		fields["timeout_ms"] = request.TimeoutMs
	}
	var out encoder
	if err := out.value(fields, 0); err != nil {
		return nil, err
	}
	bytes, err := fetch(out.bytes)
	if err != nil {
		return nil, err
	}
	value, err := decodeAll(bytes)
	if err != nil {
		return nil, err
	}
	return readResponse(plain(value))
}

func readResponse(value any) (*FetchResponse, error) {
	answer, _ := value.(map[string]any)
	status, isNumber := answer["status"].(int)
	url, isText := answer["url"].(string)
	body, isBytes := answer["body"].([]byte)
	headers, isList := answer["headers"].([]any)
	if !isNumber || !isText || !isBytes || !isList {
		return nil, &Error{Code: 1, Message: "the database sent an answer of another form"}
	}
	response := &FetchResponse{Status: status, URL: url, Body: body}
	for _, header := range headers {
		pair, _ := header.([]any)
		if len(pair) == 2 {
			name, _ := pair[0].(string)
			content, _ := pair[1].(string)
			response.Headers = append(response.Headers, [2]string{name, content})
		}
	}
	return response, nil
}
