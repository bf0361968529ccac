//! Which version of the contract a module needs.
//!
//! A module says it with the export `heliosdb_abi_version`. Compilers make it a function that
//! returns a constant, which is read without running anything; where it is more than that, the
//! guest is asked when it first starts.

use wasmparser::{ExternalKind, Operator, Parser, Payload, TypeRef};

use crate::error::{EngineError, EngineResult};
use crate::generated::abi::VERSION;
use crate::generated::errors::ErrorCode;

pub const EXPORT: &str = "heliosdb_abi_version";

/// Refuses a version that this engine does not offer. `code` is `major << 16 | minor`.
pub fn check(code: i32) -> EngineResult<()> {
    let (major, minor) = (code >> 16, code & 0xffff);
    let (own_major, own_minor) = VERSION;
    if major == i32::from(own_major) && minor <= i32::from(own_minor) {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::InvalidFunctionDefinition,
        format!("the module needs version {major}.{minor} of the procedure ABI"),
    )
    .detail(format!("this engine offers {own_major}.{own_minor}"))
    .hint(
        if major > i32::from(own_major) || major == i32::from(own_major) {
            "upgrade HeliosDB, or build the module with an older SDK"
        } else {
            "build the module with a newer SDK"
        },
    ))
}

/// The version a module needs, when it says so with a constant.
pub fn declared(module: &[u8]) -> Option<i32> {
    let binary = wat::parse_bytes(module).ok()?;
    let mut imported_count = 0;
    let mut exported = None;
    let mut body_index = 0;
    for payload in Parser::new(0).parse_all(&binary) {
        match payload.ok()? {
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    if matches!(import.ok()?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        imported_count += 1;
                    }
                }
            }
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export.ok()?;
                    if export.name == EXPORT && export.kind == ExternalKind::Func {
                        exported = Some(export.index);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                if exported == Some(imported_count + body_index) {
                    let mut operators = body.get_operators_reader().ok()?.into_iter();
                    let (first, second) = (operators.next()?.ok()?, operators.next()?.ok()?);
                    return match (first, second) {
                        (Operator::I32Const { value }, Operator::End | Operator::Return) => {
                            Some(value)
                        }
                        _ => None,
                    };
                }
                body_index += 1;
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_read_and_anything_else_is_left_to_the_guest() {
        let constant = r#"(module (import "heliosdb" "heliosdb_now" (func (result i64)))
            (func) (func (export "heliosdb_abi_version") (result i32) (i32.const 0x20003)))"#;
        assert_eq!(declared(constant.as_bytes()), Some(0x2_0003));
        let computed = r#"(module (func (export "heliosdb_abi_version") (result i32)
            (i32.add (i32.const 0x10000) (i32.const 1))))"#;
        assert_eq!(declared(computed.as_bytes()), None);
        assert_eq!(declared(b"(module)"), None);
        assert_eq!(declared(b"\0asm nonsense"), None);
    }

    #[test]
    fn the_major_must_be_ours_and_the_minor_must_exist() {
        let (major, minor) = (i32::from(VERSION.0), i32::from(VERSION.1));
        assert!(check(major << 16).is_ok());
        assert!(check(major << 16 | minor).is_ok());
        for code in [
            major << 16 | (minor + 1),
            (major + 1) << 16,
            0,
            -1,
            i32::MIN,
        ] {
            let error = check(code).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidFunctionDefinition);
        }
    }
}
