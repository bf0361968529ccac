//! The bench's functions as a native extension: what a procedure is measured against.

use std::ffi::CString;

use libduckdb_sys as ffi;

mod functions;

/// A vector's rows, read without knowing whether they are NULL.
#[derive(Clone, Copy)]
struct Column {
    data: *const u8,
    validity: *const u64,
}

impl Column {
    /// # Safety
    /// `position` is a column of the chunk.
    unsafe fn of(chunk: ffi::duckdb_data_chunk, position: u64) -> Self {
        // SAFETY: passed on.
        unsafe {
            let vector = ffi::duckdb_data_chunk_get_vector(chunk, position);
            Self {
                data: ffi::duckdb_vector_get_data(vector).cast(),
                validity: ffi::duckdb_vector_get_validity(vector),
            }
        }
    }

    fn is_valid(self, row: usize) -> bool {
        // SAFETY: the mask has a bit for every row.
        self.validity.is_null() || unsafe { *self.validity.add(row / 64) } >> (row % 64) & 1 == 1
    }

    /// # Safety
    /// The column's entries are of type `T`.
    unsafe fn get<T: Copy>(self, row: usize) -> T {
        // SAFETY: passed on.
        unsafe { *self.data.cast::<T>().add(row) }
    }

    /// # Safety
    /// The column holds texts.
    unsafe fn text(&self, row: usize) -> &[u8] {
        // SAFETY: a text of up to twelve bytes lies in its entry, a longer one behind an address.
        unsafe {
            let entry = self.data.add(row * 16);
            let length = *entry.cast::<u32>();
            let start = match length {
                0..=12 => entry.add(4),
                _ => *entry.add(8).cast::<*const u8>(),
            };
            std::slice::from_raw_parts(start, length as usize)
        }
    }
}

/// Computes every row whose arguments are not NULL.
///
/// # Safety
/// `R` is the type of the output's entries.
unsafe fn each_row<R, const N: usize>(
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
    compute: impl Fn([Column; N], usize) -> R,
) {
    // SAFETY: passed on.
    unsafe {
        let columns: [Column; N] = std::array::from_fn(|index| Column::of(chunk, index as u64));
        let results = ffi::duckdb_vector_get_data(output).cast::<R>();
        let row_count = ffi::duckdb_data_chunk_get_size(chunk) as usize;
        if columns.iter().all(|column| column.validity.is_null()) {
            for row in 0..row_count {
                results.add(row).write(compute(columns, row));
            }
            return;
        }
        ffi::duckdb_vector_ensure_validity_writable(output);
        let validity = ffi::duckdb_vector_get_validity(output);
        for row in 0..row_count {
            if columns.iter().all(|column| column.is_valid(row)) {
                results.add(row).write(compute(columns, row));
            } else {
                ffi::duckdb_validity_set_row_invalid(validity, row as u64);
            }
        }
    }
}

const BIGINT: ffi::duckdb_type = ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT;
const DOUBLE: ffi::duckdb_type = ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE;
const VARCHAR: ffi::duckdb_type = ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR;
const BOOLEAN: ffi::duckdb_type = ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN;

type Body = unsafe extern "C" fn(
    ffi::duckdb_function_info,
    ffi::duckdb_data_chunk,
    ffi::duckdb_vector,
);

unsafe extern "C" fn multiply_add(
    _: ffi::duckdb_function_info,
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) {
    // SAFETY: the columns have the registered types.
    unsafe {
        each_row(chunk, output, |[a, b, c], row| {
            functions::multiply_add(a.get(row), b.get(row), c.get(row))
        });
    }
}

unsafe extern "C" fn multiply_add_double(
    _: ffi::duckdb_function_info,
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) {
    // SAFETY: the columns have the registered types.
    unsafe {
        each_row(chunk, output, |[a, b, c], row| {
            a.get::<f64>(row) * b.get::<f64>(row) + c.get::<f64>(row)
        });
    }
}

unsafe extern "C" fn haversine(
    _: ffi::duckdb_function_info,
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) {
    // SAFETY: the columns have the registered types.
    unsafe {
        each_row(chunk, output, |[lat1, lon1, lat2, lon2], row| {
            functions::haversine(lat1.get(row), lon1.get(row), lat2.get(row), lon2.get(row))
        });
    }
}

unsafe extern "C" fn edit_distance(
    _: ffi::duckdb_function_info,
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) {
    // SAFETY: the columns have the registered types.
    unsafe {
        each_row(chunk, output, |[left, right], row| {
            functions::edit_distance(left.text(row), right.text(row))
        });
    }
}

unsafe extern "C" fn luhn(
    _: ffi::duckdb_function_info,
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) {
    // SAFETY: the columns have the registered types.
    unsafe {
        each_row(chunk, output, |[digits], row| functions::luhn(digits.text(row)));
    }
}

/// # Safety
/// `connection` is open.
unsafe fn register(
    connection: ffi::duckdb_connection,
    name: &str,
    parameters: &[ffi::duckdb_type],
    returns: ffi::duckdb_type,
    body: Body,
) {
    let name = CString::new(name).unwrap_or_default();
    // SAFETY: every handle is made here and destroyed after its use.
    unsafe {
        let mut function = ffi::duckdb_create_scalar_function();
        ffi::duckdb_scalar_function_set_name(function, name.as_ptr());
        for parameter in parameters {
            let mut logical = ffi::duckdb_create_logical_type(*parameter);
            ffi::duckdb_scalar_function_add_parameter(function, logical);
            ffi::duckdb_destroy_logical_type(&mut logical);
        }
        let mut logical = ffi::duckdb_create_logical_type(returns);
        ffi::duckdb_scalar_function_set_return_type(function, logical);
        ffi::duckdb_destroy_logical_type(&mut logical);
        ffi::duckdb_scalar_function_set_function(function, Some(body));
        ffi::duckdb_register_scalar_function(connection, function);
        ffi::duckdb_destroy_scalar_function(&mut function);
    }
}

/// DuckDB's entry point.
///
/// # Safety
/// Called by DuckDB with the arguments of its extension protocol.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heliosdb_bench_init_c_api(
    info: ffi::duckdb_extension_info,
    access: *const ffi::duckdb_extension_access,
) -> bool {
    // SAFETY: by the extension protocol.
    unsafe {
        if ffi::duckdb_rs_extension_api_init(info, access, "v1.2.0").is_err() {
            return false;
        }
        let Some(get_database) = (*access).get_database else {
            return false;
        };
        let mut connection = std::ptr::null_mut();
        if ffi::duckdb_connect(*get_database(info), &mut connection) != ffi::DuckDBSuccess {
            return false;
        }
        register(connection, "native_multiply_add", &[BIGINT; 3], BIGINT, multiply_add);
        let name = "native_multiply_add_double";
        register(connection, name, &[DOUBLE; 3], DOUBLE, multiply_add_double);
        register(connection, "native_haversine", &[DOUBLE; 4], DOUBLE, haversine);
        register(connection, "native_edit_distance", &[VARCHAR; 2], BIGINT, edit_distance);
        register(connection, "native_luhn", &[VARCHAR], BOOLEAN, luhn);
        ffi::duckdb_disconnect(&mut connection);
    }
    true
}
