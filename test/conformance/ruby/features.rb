# The procedures of ../cases.yaml in Ruby.
require "json"

class CodedError < StandardError
  attr_reader :code

  def initialize(code, message)
    super(message)
    @code = code
  end
end

def same_bigint(v) = v
def same_hugeint(v) = v
def same_double(v) = v
def same_decimal(v) = v
def same_boolean(v) = v
def same_text(v) = v
def same_blob(v) = v.bytes.pack("C*").b
def same_date(v) = v
def same_timestamp(v) = v
def same_list(v) = v.map { |item| item }
def same_struct(v) = { a: v["a"], b: v["b"] }
def same_json(v) = JSON.parse(v)
def is_null(v) = v.nil?

def give_null
  nil
end

def count_items
  heliosdb_query("SELECT count(*) AS n FROM items").first["n"]
end

def find_item(label)
  row = heliosdb_query("SELECT id FROM items WHERE label = ?", [label]).first
  row && row["id"]
end

def query_text(size)
  heliosdb_query("SELECT repeat('x', ?) AS text", [size]).first["text"].length
end

def query_absent
  heliosdb_query("SELECT id FROM absent_table").first["id"]
end

def make_text(size) = "x" * size

def log_warning(message)
  heliosdb_log("warn", message)
  true
end

def fail_with(code, message)
  raise CodedError.new(code, message)
end

def crash(v)
  1 / v
end

def insert_and_roll_back
  heliosdb_begin_tx
  heliosdb_query("INSERT INTO items VALUES (4, 'new')")
  seen = count_items
  heliosdb_rollback_tx
  seen
end

def now_micros(_v)
  now = heliosdb_now
  now.to_i * 1_000_000 + now.usec
end

def same_ubigint(v) = v
def same_float(v) = v
def same_wide_decimal(v) = v
def same_time(v) = v
def same_time_tz(v) = v
def same_timestamp_tz(v) = v
def same_timestamp_ns(v) = v
def same_interval(v) = v
def same_uuid(v) = v
def same_bit(v) = v
def same_enum(v) = v
def same_map(v) = v
def same_number_map(v) = v
def same_array(v) = v
def same_nested(v) = v
def same_union(v) = v

def bind_decimal(v)
  heliosdb_query("SELECT ? + 1 AS sum", [v]).first["sum"]
end

def sum_rows(size)
  heliosdb_query("SELECT range FROM range(?)", [size]).sum { |row| row["range"] }
end

def sum_cursor(size)
  heliosdb_cursor_open("SELECT range FROM range(?)", [size]).sum { |row| row["range"] }
end

def make_list(size) = (0...size).to_a
def hash_text(v) = heliosdb_crypto_hash("sha256", v)
def code_text(key, v) = heliosdb_crypto_hmac("sha512", key, v)

def seal_and_open(v)
  key = heliosdb_crypto_random(32)
  sealed = heliosdb_crypto_seal("chacha20_poly1305", key, v, "row")
  opened = heliosdb_crypto_open("chacha20_poly1305", key, sealed, "row")
  "#{opened} #{heliosdb_crypto_equal(opened, v)}"
end

def verify(key, message, signature)
  heliosdb_crypto_verify(key, message, signature)
end

def post(url, body)
  answer = heliosdb_fetch(url, method: "POST", headers: { "x-note" => "seven" }, body: body)
  "#{answer.status} #{answer.text}"
end

def measure(name)
  heliosdb_metric_count(name, 2)
  heliosdb_metric_observe("size", 1.5)
  true
end

def write_and_commit(note)
  heliosdb_begin_tx
  heliosdb_query("INSERT INTO journal VALUES (?)", [note])
  heliosdb_commit_tx
  true
end

def write_and_leave(note)
  heliosdb_begin_tx
  heliosdb_query("INSERT INTO journal VALUES (?)", [note])
  true
end

def spin(v)
  v += 1 while true
end

def hoard(size)
  Array.new(size) { |index| "x" * (1 << 20) + index.to_s }.length
end
