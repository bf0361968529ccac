//go:build wasip1

package heliosdb

import (
	"runtime/debug"
	"unsafe"
)

//go:wasmimport heliosdb heliosdb_query_params
func hostQueryParams(query unsafe.Pointer, queryLen uint32, params unsafe.Pointer, paramsLen uint32, result unsafe.Pointer, resultLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_fetch_result
func hostFetchResult(result unsafe.Pointer, resultLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_last_error
func hostLastError(error unsafe.Pointer, errorLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_get_param
func hostGetParam(index uint32, value unsafe.Pointer, valueLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_return
func hostReturn(value unsafe.Pointer, valueLen uint32, valueType uint32) int32

//go:wasmimport heliosdb heliosdb_log
func hostLog(level uint32, message unsafe.Pointer, messageLen uint32) int32

//go:wasmimport heliosdb heliosdb_begin_tx
func hostBeginTx() int32

//go:wasmimport heliosdb heliosdb_commit_tx
func hostCommitTx() int32

//go:wasmimport heliosdb heliosdb_rollback_tx
func hostRollbackTx() int32

//go:wasmimport heliosdb heliosdb_now
func hostNow() int64

//go:wasmimport heliosdb heliosdb_error
func hostError(code int32, message unsafe.Pointer, messageLen uint32)

//go:wasmimport heliosdb heliosdb_error_stack
func hostErrorStack(code int32, message unsafe.Pointer, messageLen uint32, stack unsafe.Pointer, stackLen uint32)

//go:wasmexport heliosdb_abi_version
func exportedABIVersion() int32 { return abiVersion }

//go:wasmexport heliosdb_value_format
func exportedValueFormat() int32 { return formatMessagePack }

func init() {
	// An instance is small and short-lived: collecting early keeps it below the memory limit.
	debug.SetGCPercent(20)
}

func pointer(bytes []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(bytes)) }

func textPointer(text string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(text)) }

// receive fills a buffer through call; again fetches what did not fit.
func receive(call, again func(buffer, length unsafe.Pointer) int32) ([]byte, int32) {
	buffer := make([]byte, 2048)
	length := uint32(len(buffer))
	status := call(pointer(buffer), unsafe.Pointer(&length))
	if status == statusBufferTooSmall {
		buffer = make([]byte, length)
		status = again(pointer(buffer), unsafe.Pointer(&length))
	}
	if status != statusOK {
		return nil, status
	}
	return buffer[:length], status
}

func hostQuery(sql string, params []byte) ([]byte, error) {
	bytes, status := receive(
		func(buffer, length unsafe.Pointer) int32 {
			return hostQueryParams(textPointer(sql), uint32(len(sql)), pointer(params), uint32(len(params)), buffer, length)
		},
		func(buffer, length unsafe.Pointer) int32 { return hostFetchResult(buffer, length) },
	)
	return bytes, check(status)
}

func hostParameter(index uint32) ([]byte, error) {
	fetch := func(buffer, length unsafe.Pointer) int32 { return hostGetParam(index, buffer, length) }
	bytes, status := receive(fetch, fetch)
	return bytes, check(status)
}

func lastErrorBytes() []byte {
	fetch := func(buffer, length unsafe.Pointer) int32 { return hostLastError(buffer, length) }
	bytes, _ := receive(fetch, fetch)
	return bytes
}

func giveBytes(bytes []byte, valueType uint32) error {
	return check(hostReturn(pointer(bytes), uint32(len(bytes)), valueType))
}

func logText(level uint32, message string) error {
	return check(hostLog(level, textPointer(message), uint32(len(message))))
}

func fail(code int32, message, stack string) {
	if stack == "" {
		hostError(code, textPointer(message), uint32(len(message)))
	}
	hostErrorStack(code, textPointer(message), uint32(len(message)), textPointer(stack), uint32(len(stack)))
}
