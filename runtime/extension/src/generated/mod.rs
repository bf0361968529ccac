pub mod abi;
pub mod errors;
