/** Stands in for the engine's module where a procedure's source is imported outside a database. */

export { Decimal } from './decimal.js';

function outside() {
  throw new Error('heliosdb-wasm-sdk works only inside a HeliosDB procedure');
}

export {
  outside as heliosdbBeginTx,
  outside as heliosdbCommitTx,
  outside as heliosdbCryptoEqual,
  outside as heliosdbCryptoHash,
  outside as heliosdbCryptoHmac,
  outside as heliosdbCryptoOpen,
  outside as heliosdbCryptoRandom,
  outside as heliosdbCryptoSeal,
  outside as heliosdbCryptoVerify,
  outside as heliosdbCursorOpen,
  outside as heliosdbError,
  outside as heliosdbFetch,
  outside as heliosdbFileInfo,
  outside as heliosdbFolders,
  outside as heliosdbListFolder,
  outside as heliosdbLog,
  outside as heliosdbMakeFolder,
  outside as heliosdbMetricCount,
  outside as heliosdbMetricObserve,
  outside as heliosdbMoveFile,
  outside as heliosdbNow,
  outside as heliosdbQuery,
  outside as heliosdbReadFile,
  outside as heliosdbReadTextFile,
  outside as heliosdbRemoveFile,
  outside as heliosdbRemoveFolder,
  outside as heliosdbRollbackTx,
  outside as heliosdbWriteFile,
};
