//go:build !wasip1

package heliosdb

import "errors"

// Outside a database every call fails, so that code that does not call it can be unit-tested.
var errOutside = errors.New("heliosdb works only inside a HeliosDB procedure")

func hostQuery(string, []byte) ([]byte, error) { return nil, errOutside }
func hostParameter(uint32) ([]byte, error)     { return nil, errOutside }
func lastErrorBytes() []byte                   { return nil }
func giveBytes([]byte, uint32) error           { return errOutside }
func logText(uint32, string) error             { return errOutside }
func fail(code int32, message, stack string)   { panic(message) }
func hostBeginTx() int32                       { return statusError }
func hostCommitTx() int32                      { return statusError }
func hostRollbackTx() int32                    { return statusError }
func hostNow() int64                           { return 0 }

func metricCount(string, int64) int32                           { return statusError }
func metricObserve(string, float64) int32                       { return statusError }
func cursorOpen(string, []byte) (uint32, int32)                 { return 0, statusError }
func cursorNext(uint32, uint32) ([]byte, error)                 { return nil, errOutside }
func cursorClose(uint32) int32                                  { return statusError }
func cryptoHash(uint32, []byte) ([]byte, error)                 { return nil, errOutside }
func cryptoHmac(uint32, []byte, []byte) ([]byte, error)         { return nil, errOutside }
func cryptoRandom([]byte) int32                                 { return statusError }
func cryptoSeal(uint32, []byte, []byte, []byte) ([]byte, error) { return nil, errOutside }
func cryptoOpen(uint32, []byte, []byte, []byte) ([]byte, error) { return nil, errOutside }
func cryptoVerify(uint32, []byte, []byte, []byte) int32         { return statusError }
func cryptoEqual([]byte, []byte) int32                          { return statusError }
func fetch([]byte) ([]byte, error)                              { return nil, errOutside }
