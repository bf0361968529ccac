/** Stands in for the engine's module where a procedure's source is imported outside a database. */

function outside() {
  throw new Error('heliosdb-wasm-sdk works only inside a HeliosDB procedure');
}

export {
  outside as heliosdbBeginTx,
  outside as heliosdbCommitTx,
  outside as heliosdbError,
  outside as heliosdbLog,
  outside as heliosdbNow,
  outside as heliosdbQuery,
  outside as heliosdbRollbackTx,
};
