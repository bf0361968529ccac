module github.com/heliosdb/wasm-sdk-go

go 1.24
