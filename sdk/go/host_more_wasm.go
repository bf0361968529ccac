//go:build wasip1

package heliosdb

import "unsafe"

//go:wasmimport heliosdb heliosdb_metric_count
func hostMetricCount(name unsafe.Pointer, nameLen uint32, amount int64) int32

//go:wasmimport heliosdb heliosdb_metric_observe
func hostMetricObserve(name unsafe.Pointer, nameLen uint32, value float64) int32

//go:wasmimport heliosdb heliosdb_cursor_open
func hostCursorOpen(query unsafe.Pointer, queryLen uint32, params unsafe.Pointer, paramsLen uint32, cursor unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_cursor_next
func hostCursorNext(cursor uint32, rowsMax uint32, result unsafe.Pointer, resultLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_cursor_close
func hostCursorClose(cursor uint32) int32

//go:wasmimport heliosdb heliosdb_crypto_hash
func hostCryptoHash(algorithm uint32, data unsafe.Pointer, dataLen uint32, hash unsafe.Pointer, hashLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_crypto_hmac
func hostCryptoHmac(algorithm uint32, key unsafe.Pointer, keyLen uint32, data unsafe.Pointer, dataLen uint32, code unsafe.Pointer, codeLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_crypto_random
func hostCryptoRandom(bytes unsafe.Pointer, bytesLen uint32) int32

//go:wasmimport heliosdb heliosdb_crypto_seal
func hostCryptoSeal(cipher uint32, key unsafe.Pointer, keyLen uint32, nonce unsafe.Pointer, nonceLen uint32, bound unsafe.Pointer, boundLen uint32, message unsafe.Pointer, messageLen uint32, sealed unsafe.Pointer, sealedLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_crypto_open
func hostCryptoOpen(cipher uint32, key unsafe.Pointer, keyLen uint32, nonce unsafe.Pointer, nonceLen uint32, bound unsafe.Pointer, boundLen uint32, sealed unsafe.Pointer, sealedLen uint32, message unsafe.Pointer, messageLen unsafe.Pointer) int32

//go:wasmimport heliosdb heliosdb_crypto_verify
func hostCryptoVerify(algorithm uint32, key unsafe.Pointer, keyLen uint32, message unsafe.Pointer, messageLen uint32, signature unsafe.Pointer, signatureLen uint32) int32

//go:wasmimport heliosdb heliosdb_crypto_equal
func hostCryptoEqual(left unsafe.Pointer, leftLen uint32, right unsafe.Pointer, rightLen uint32) int32

//go:wasmimport heliosdb heliosdb_fetch
func hostFetch(request unsafe.Pointer, requestLen uint32, response unsafe.Pointer, responseLen unsafe.Pointer) int32

func metricCount(name string, amount int64) int32 {
	return hostMetricCount(textPointer(name), uint32(len(name)), amount)
}

func metricObserve(name string, value float64) int32 {
	return hostMetricObserve(textPointer(name), uint32(len(name)), value)
}

func cursorOpen(sql string, params []byte) (number uint32, status int32) {
	status = hostCursorOpen(textPointer(sql), uint32(len(sql)), pointer(params), uint32(len(params)), unsafe.Pointer(&number))
	return number, status
}

// cursorNext fetches a batch; no bytes and no error mean that there is none.
func cursorNext(number, rowsMax uint32) ([]byte, error) {
	buffer := make([]byte, 64*1024)
	length := uint32(len(buffer))
	status := hostCursorNext(number, rowsMax, pointer(buffer), unsafe.Pointer(&length))
	if status == statusBufferTooSmall {
		buffer = make([]byte, length)
		status = hostCursorNext(number, rowsMax, pointer(buffer), unsafe.Pointer(&length))
	}
	if status == statusEnd {
		return nil, nil
	}
	return buffer[:length], check(status)
}

func cursorClose(number uint32) int32 { return hostCursorClose(number) }

func cryptoHash(algorithm uint32, data []byte) ([]byte, error) {
	call := func(buffer, length unsafe.Pointer) int32 {
		return hostCryptoHash(algorithm, pointer(data), uint32(len(data)), buffer, length)
	}
	bytes, status := receive(call, call)
	return bytes, check(status)
}

func cryptoHmac(algorithm uint32, key, data []byte) ([]byte, error) {
	call := func(buffer, length unsafe.Pointer) int32 {
		return hostCryptoHmac(algorithm, pointer(key), uint32(len(key)), pointer(data), uint32(len(data)), buffer, length)
	}
	bytes, status := receive(call, call)
	return bytes, check(status)
}

func cryptoRandom(bytes []byte) int32 { return hostCryptoRandom(pointer(bytes), uint32(len(bytes))) }

func cryptoSeal(cipher uint32, key, bound, message []byte) ([]byte, error) {
	call := func(buffer, length unsafe.Pointer) int32 {
		return hostCryptoSeal(cipher, pointer(key), uint32(len(key)), nil, 0, pointer(bound), uint32(len(bound)), pointer(message), uint32(len(message)), buffer, length)
	}
	bytes, status := receive(call, call)
	return bytes, check(status)
}

func cryptoOpen(cipher uint32, key, bound, sealed []byte) ([]byte, error) {
	call := func(buffer, length unsafe.Pointer) int32 {
		return hostCryptoOpen(cipher, pointer(key), uint32(len(key)), nil, 0, pointer(bound), uint32(len(bound)), pointer(sealed), uint32(len(sealed)), buffer, length)
	}
	bytes, status := receive(call, call)
	return bytes, check(status)
}

func cryptoVerify(algorithm uint32, key, message, signature []byte) int32 {
	return hostCryptoVerify(algorithm, pointer(key), uint32(len(key)), pointer(message), uint32(len(message)), pointer(signature), uint32(len(signature)))
}

func cryptoEqual(left, right []byte) int32 {
	return hostCryptoEqual(pointer(left), uint32(len(left)), pointer(right), uint32(len(right)))
}

func fetch(request []byte) ([]byte, error) {
	bytes, status := receive(
		func(buffer, length unsafe.Pointer) int32 {
			return hostFetch(pointer(request), uint32(len(request)), buffer, length)
		},
		func(buffer, length unsafe.Pointer) int32 { return hostFetchResult(buffer, length) },
	)
	return bytes, check(status)
}
