package heliosdb

// What a host function answers.
const (
	statusOK             = 0
	statusBufferTooSmall = 1
	statusError          = 2
	statusEnd            = 3
	statusMismatch       = 4
)

// How the host encodes parameters and results.
const formatMessagePack = 1

const abiVersion = 0x1_0002

// The kinds of a returned value that the guest uses.
const (
	typeBoolean     = 1
	typeBigint      = 5
	typeDouble      = 11
	typeVarchar     = 17
	typeSqlnull     = 36
	typeMessagePack = 1001
)

// MessagePack extension types.
const (
	extDecimal     = 1
	extHugeint     = 2
	extDate        = 3
	extTime        = 4
	extTimestamp   = 5
	extTimestampTz = 6
	extInterval    = 7
	extUuid        = 8
	extBit         = 9
	extTimeTz      = 10
	extBignum      = 11
	extTimeNs      = 12
	extTimestampS  = 13
	extTimestampMs = 14
	extTimestampNs = 15
)
